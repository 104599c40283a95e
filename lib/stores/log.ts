// What a driver needs of a log; the site's own (lib/core/log/log.ts) is one.

/** What happened, by its name in docs/logs.md, and what else is to be known. */
type Fields = { event: string; [name: string]: unknown }

export interface StoreLog {
  info(fields: Fields, message: string): void
  warn(fields: Fields, message: string): void
  error(fields: Fields, message: string): void
}
