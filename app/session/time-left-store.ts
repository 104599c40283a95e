// The time left, as the keeper last reported it, for all components that show it.
import type { Phase } from './deadlines.ts'

let latest: Phase | null = null
const listeners = new Set<() => void>()

export function showTimeLeft(phase: Phase): void {
  latest = phase
  for (const listener of listeners) listener()
}

export function latestTimeLeft(): Phase | null {
  return latest
}

export function onTimeLeft(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
