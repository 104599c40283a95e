// The log interface of the drivers; lib/core/log/log.ts implements it.

/** The event's name from docs/logs.md, and its fields. */
type Fields = { event: string; [name: string]: unknown }

export interface StoreLog {
  info(fields: Fields, message: string): void
  warn(fields: Fields, message: string): void
  error(fields: Fields, message: string): void
}
