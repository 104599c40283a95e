import { clockTime } from '#lib/words/time.ts'
import type { Words } from '#lib/words/words.ts'

/** A moment as people say it, with the exact one for machines. */
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
