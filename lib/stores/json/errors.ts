// How the driver's faults read: which file, what is wrong, what to do.

import { StoreError } from '#lib/stores/types.ts'

export function damaged(path: string, fault: string): StoreError {
  return new StoreError(
    'store_damaged',
    `${path} cannot be used: ${fault}. It was left untouched. Restore it from a back-up, or move it away to start without it.`,
  )
}

export function unavailable(what: string, cause: unknown): StoreError {
  return new StoreError('store_unavailable', `${what}: ${messageOf(cause)}`, { cause })
}

export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
