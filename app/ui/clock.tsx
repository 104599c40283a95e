import { clockTime, shortTime } from '#lib/words/time.ts'
import type { Words } from '#lib/words/words.ts'

/** A time for people, with the exact time in `datetime`. */
export function Clock({
  at,
  now,
  timeZone,
  words,
  isShort = false,
}: {
  at: number
  now: number
  timeZone: string | null
  words: Words
  /** For tables: without the time of day where the day says enough. */
  isShort?: boolean
}) {
  const said = isShort ? shortTime : clockTime
  return <time dateTime={new Date(at).toISOString()}>{said(words, at, now, timeZone)}</time>
}
