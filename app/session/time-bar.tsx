'use client'

import { useSyncExternalStore } from 'react'
import { latestTimeLeft, onTimeLeft } from './time-left-store.ts'

/** The share of the time that is left: the server's until the script knows it. Decoration beside the time in words. */
export function TimeBar({ leftMs, ofMs }: { leftMs: number; ofMs: number }) {
  const phase = useSyncExternalStore(onTimeLeft, latestTimeLeft, () => null)
  const share = Math.min((phase?.leftMs ?? leftMs) / ofMs, 1)
  return (
    <svg aria-hidden="true" className="bar">
      <rect height="100%" width={`${(100 * share).toFixed(1)}%`} rx="4" />
    </svg>
  )
}
