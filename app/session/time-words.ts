// Durations in the page's language, by the browser's own formats. Where seconds end and minutes begin, lib/words/time.ts
// says the same for the server.

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

/** Of what is left: rounded down to minutes, but for the moments that a page takes to arrive; in seconds near the end. */
export function durationLeft(leftMs: number): string {
  const minutes = Math.floor((leftMs + 5000) / 60_000)
  return duration(minutes < 2 ? Math.ceil(leftMs / 1000) : minutes * 60)
}

function inUnit(count: number, unit: 'second' | 'minute' | 'hour'): string {
  return new Intl.NumberFormat(document.documentElement.lang, { style: 'unit', unit, unitDisplay: 'long' }).format(
    count,
  )
}

/** "1:59". */
export function clockFace(leftMs: number): string {
  const left = Math.ceil(leftMs / 1000)
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
}
