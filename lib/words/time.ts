// Formats times for people. Gets the time and time zone; reads no clock.
import { minutes, seconds } from '../core/clock.ts'
import { calendarDay, dateFormat } from '../core/time-zones.ts'
import type { Words } from './words.ts'

/** The canonical IANA name of the zone; null for an unknown one, and for a mere offset such as "+05:30". */
export function knownTimeZone(name: string | null | undefined): string | null {
  if (!name || !/^[A-Za-z][A-Za-z0-9_+\-/]{0,63}$/.test(name)) return null
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return null
  }
}

/** "America/New York". */
export function zoneName(timeZone: string | null): string {
  return (timeZone ?? 'UTC').replaceAll('_', ' ')
}

export type PartOfDay = 'morning' | 'afternoon' | 'evening'

/**
 * "today at 14:05", "tomorrow at 02:05", "23 November at 14:05" (with the year if it differs). Without a time zone the
 * time is in UTC and says so.
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

/** For tables: "today at 14:05", "yesterday at 14:05", else only the day ("23 Nov 2025"). */
export function shortTime(words: Words, at: number, now: number, timeZone: string | null): string {
  const zone = timeZone ?? 'UTC'
  if ([0, -1].includes(daysBetween(now, at, zone))) return clockTime(words, at, now, timeZone)
  return dateFormat(words.formats, zone, { day: 'numeric', month: 'short', year: 'numeric' }).format(at)
}

/** "23 November 2026 at 14:05", for mails that are read later. Without a time zone in UTC, which it says. */
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
 * The record of a visit may be this late, so a time this close to a full minute is rounded up: ten minutes must not
 * show as nine when they begin.
 */
const grace = seconds(5)

/** Time left, rounded down: "12 hours", "10 minutes", "90 seconds". */
export function timeLeft(words: Words, leftMs: number): string {
  const whole = Math.floor((leftMs + grace) / minutes(1))
  return span(words, whole < 2 ? Math.max(Math.ceil(leftMs / 1000), 0) : whole * 60)
}

/** Waiting time, rounded up: "40 seconds", "2 minutes", "1 hour", "24 hours". */
export function waitTime(words: Words, ms: number): string {
  const whole = Math.ceil(ms / 1000)
  return span(words, whole < 120 ? whole : Math.ceil(whole / 60) * 60)
}

/** A configured duration: "5 seconds", "90 seconds", "2 minutes and 30 seconds", "12 hours", "30 days". */
export function lasting(words: Words, ms: number): string {
  return span(words, Math.round(ms / 1000))
}

const hour = 60 * 60
const day = 24 * hour

/** Uses seconds where minutes would be too coarse, and two units where one would be. */
function span(words: Words, whole: number): string {
  if (whole < 120 && whole !== 60) return words('time.seconds', { seconds: whole })
  const parts = { hours: Math.floor(whole / hour), minutes: Math.floor((whole % hour) / 60), seconds: whole % 60 }
  if (parts.hours === 0) {
    return words(parts.seconds === 0 ? 'time.minutes' : 'time.minutes_and_seconds', parts)
  }
  // Up to three days, hours are more usual ("72 hours").
  if (whole > 3 * day && whole % day === 0) return words('time.days', { days: whole / day })
  return words(parts.minutes === 0 ? 'time.hours' : 'time.hours_and_minutes', parts)
}

/** Null without a time zone: no greeting is better than the wrong one. */
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
