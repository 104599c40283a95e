// Formats durations in the page's language with Intl. lib/words/time.ts switches from seconds to minutes at the same
// value.

/** "90 seconds", "2 minutes", "1 hour and 5 minutes". */
export function duration(seconds: number): string {
  if (seconds < 120 && seconds !== 60) return inUnit(seconds, 'second')
  const minutes = Math.floor(seconds / 60)
  const parts = [
    ...(minutes >= 60 ? [inUnit(Math.floor(minutes / 60), 'hour')] : []),
    ...(minutes % 60 > 0 ? [inUnit(minutes % 60, 'minute')] : []),
  ]
  return new Intl.ListFormat(document.documentElement.lang, { type: 'conjunction' }).format(parts)
}

/** The time left, rounded down to minutes (with 5 s tolerance for loading), and in seconds near the end. */
export function durationLeft(leftMs: number): string {
  const minutes = Math.floor((leftMs + 5000) / 60_000)
  return duration(minutes < 2 ? Math.ceil(leftMs / 1000) : minutes * 60)
}

function inUnit(count: number, unit: 'second' | 'minute' | 'hour'): string {
  return new Intl.NumberFormat(document.documentElement.lang, { style: 'unit', unit, unitDisplay: 'long' }).format(
    count,
  )
}

/** "14:05", in the user's zone. Null, or a zone that an older browser lacks, means the browser's. */
export function clockTime(at: number, timeZone: string | null): string {
  const zone = timeZone ?? undefined
  try {
    return new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', timeZone: zone }).format(at)
  } catch {
    return clockTime(at, null)
  }
}

/** "1:59". */
export function clockFace(leftMs: number): string {
  const left = Math.ceil(leftMs / 1000)
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
}
