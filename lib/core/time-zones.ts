// Days and formats in the time zones of users.
import { minutes } from './clock.ts'

/** When the day with this date begins in the zone. `date` is the start of the same date in UTC. */
export function startOfDay(date: number, timeZone: string): number {
  const wanted = new Date(date).toISOString().slice(0, 10)
  // No zone is further from UTC than fifteen hours, and all change their clocks by multiples of a quarter of an hour.
  for (let at = date - minutes(15 * 60); ; at += minutes(15)) {
    if (calendarDay(at, timeZone) >= wanted) return at
  }
}

/** As "2026-11-23", which can be compared and subtracted. */
export function calendarDay(at: number, timeZone: string): string {
  return dateFormat('en-CA', timeZone, { year: 'numeric', month: '2-digit', day: '2-digit' }).format(at)
}

const formats = new Map<string, Intl.DateTimeFormat>()
/** Creating a format takes fifty times as long as using it. Zones come from cookies, so the cache is bounded. */
const formatsKept = 200

export function dateFormat(locale: string, timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([locale, timeZone, options])
  let format = formats.get(key)
  if (format === undefined) {
    if (formats.size >= formatsKept) formats.clear()
    format = new Intl.DateTimeFormat(locale, { ...options, timeZone })
    formats.set(key, format)
  }
  return format
}
