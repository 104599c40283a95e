'use client'

import { useSyncExternalStore } from 'react'
import { latestTimeLeft, onTimeLeft } from './time-left-store.ts'
import { duration } from './time-words.ts'

/** Says what the server said until the time is known here, then how much is left, by the minute. */
export function TimeLeft({ template, children }: { template: string; children: string }) {
  const phase = useSyncExternalStore(onTimeLeft, latestTimeLeft, () => null)
  if (phase === null) return <span>{children}</span>
  // Rounded down, but for the moments that a page takes to arrive. The last minutes are the warning's to count.
  const seconds = Math.max(1, Math.floor((phase.leftMs + 5000) / 60_000)) * 60
  return <span>{template.replace('{left}', duration(seconds))}</span>
}
