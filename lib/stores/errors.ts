// How a store's faults read: which file, what is wrong, what to do.

import { StoreError } from './types.ts'

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
  // What stands for the errors of several attempts, as at several addresses of one name, may say nothing itself.
  if (thrown instanceof AggregateError && thrown.message === '') return thrown.errors.map(messageOf).join('; ')
  return thrown instanceof Error ? thrown.message : String(thrown)
}
