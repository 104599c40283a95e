import { clockTime } from '#lib/words/time.ts'
import type { Words } from '#lib/words/words.ts'

/** A time for people, with the exact time in `datetime`. */
export function Clock({
  at,
  now,
  timeZone,
  words,
}: {
  at: number
  now: number
  timeZone: string | null
  words: Words
}) {
  return <time dateTime={new Date(at).toISOString()}>{clockTime(words, at, now, timeZone)}</time>
}
