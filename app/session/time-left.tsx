'use client'

import { useSyncExternalStore } from 'react'
import { latestTimeLeft, onTimeLeft } from './time-left-store.ts'
import { durationLeft } from './time-words.ts'

/** Shows the server's text until the script knows the time, then the time left. */
export function TimeLeft({ template, children }: { template: string; children: string }) {
  const phase = useSyncExternalStore(onTimeLeft, latestTimeLeft, () => null)
  if (phase === null) return <span>{children}</span>
  return <span>{template.replace('{left}', durationLeft(phase.leftMs))}</span>
}
