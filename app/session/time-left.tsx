'use client'

import { useSyncExternalStore } from 'react'
import { latestTimeLeft, onTimeLeft } from './time-left-store.ts'
import { durationLeft } from './time-words.ts'

/** Says what the server said until the time is known here, then how much is left. */
export function TimeLeft({ template, children }: { template: string; children: string }) {
  const phase = useSyncExternalStore(onTimeLeft, latestTimeLeft, () => null)
  if (phase === null) return <span>{children}</span>
  return <span>{template.replace('{left}', durationLeft(phase.leftMs))}</span>
}
