// Times as people say them. Takes the moment and the time zone; reads no clock.
import { minutes, seconds } from '../clock.ts'
import type { Words } from './words.ts'

/** The zone by its canonical IANA name; null when it is none that this system knows. */
export function knownTimeZone(name: string | null | undefined): string | null {
  if (!name || !/^[A-Za-z0-9_+\-/]{1,64}$/.test(name)) return null
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return null
  }
}

export type PartOfDay = 'morning' | 'afternoon' | 'evening'

/**
 * "today at 14:05", "tomorrow at 02:05", "23 November at 14:05" (with the year when it is another one).
 * Without a time zone the time is in UTC and says so.
 */
export function clockTime(words: Words, at: number, now: number, timeZone: string | null): string {
  const zone = timeZone ?? 'UTC'
  const format = (options: Intl.DateTimeFormatOptions) => dateFormat(words.formats, zone, options).format(at)
  const time = format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const sameYear = calendarDay(at, zone).slice(0, 4) === calendarDay(now, zone).slice(0, 4)
  const when = () => {
    switch (daysBetween(now, at, zone)) {
      case 0:
        return words('time.today', { time })
      case 1:
        return words('time.tomorrow', { time })
      case -1:
        return words('time.yesterday', { time })
      default: {
        const day = format({ day: 'numeric', month: 'long', ...(sameYear ? {} : { year: 'numeric' }) })
        return words('time.other_day', { day, time })
      }
    }
  }
  return timeZone === null ? words('time.utc', { when: when() }) : when()
}

/** "23 November 2026 at 14:05": for what is read on another day. Without a time zone in UTC, which it says. */
export function fullTime(words: Words, at: number, timeZone: string | null): string {
  const zone = timeZone ?? 'UTC'
  const format = (options: Intl.DateTimeFormatOptions) => dateFormat(words.formats, zone, options).format(at)
  const when = words('time.other_day', {
    day: format({ day: 'numeric', month: 'long', year: 'numeric' }),
    time: format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  })
  return timeZone === null ? words('time.utc', { when }) : when
}

/**
 * A visit may take this long to show in the record, so what lacks less than this to a full minute is that minute:
 * ten minutes do not read as nine the moment they begin.
 */
const grace = seconds(5)

/** "12 hours", "1 hour and 5 minutes", "10 minutes", "under a minute". Rounds down: never promises time there is not. */
export function timeLeft(words: Words, leftMs: number): string {
  const whole = Math.floor((leftMs + grace) / minutes(1))
  if (leftMs < minutes(1) - grace) return words('time.under_a_minute')
  const parts = { hours: Math.floor(whole / 60), minutes: whole % 60 }
  if (parts.hours === 0) return words('time.minutes', { minutes: parts.minutes })
  return parts.minutes === 0 ? words('time.hours', { hours: parts.hours }) : words('time.hours_and_minutes', parts)
}

/** How long to wait, rounded up: "40 seconds", "2 minutes". */
export function waitTime(words: Words, ms: number): string {
  const whole = Math.ceil(ms / 1000)
  return whole < 60
    ? words('time.seconds', { seconds: whole })
    : words('time.minutes', { minutes: Math.ceil(whole / 60) })
}

/** Null when the time zone is not known: better no part of day than the wrong one. */
export function partOfDay(now: number, timeZone: string | null): PartOfDay | null {
  if (timeZone === null) return null
  const hour = Number(dateFormat('en-GB', timeZone, { hour: '2-digit', hourCycle: 'h23' }).format(now))
  if (hour >= 5 && hour < 12) return 'morning'
  return hour >= 12 && hour < 18 ? 'afternoon' : 'evening'
}

function daysBetween(from: number, to: number, timeZone: string): number {
  return Math.round(
    (Date.parse(calendarDay(to, timeZone)) - Date.parse(calendarDay(from, timeZone))) / minutes(24 * 60),
  )
}

/** As "2026-11-23", in which form days can be compared and subtracted. */
function calendarDay(at: number, timeZone: string): string {
  return dateFormat('en-CA', timeZone, { year: 'numeric', month: '2-digit', day: '2-digit' }).format(at)
}

const formats = new Map<string, Intl.DateTimeFormat>()
/** Making a format costs about fifty times as much as using it; zones come from cookies, so the store is bounded. */
const formatsKept = 200

function dateFormat(locale: string, timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([locale, timeZone, options])
  let format = formats.get(key)
  if (format === undefined) {
    if (formats.size >= formatsKept) formats.clear()
    format = new Intl.DateTimeFormat(locale, { ...options, timeZone })
    formats.set(key, format)
  }
  return format
}
