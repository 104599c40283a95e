// Durations in the page's language, by the browser's own formats.

/** "2 minutes", "30 seconds". */
export function duration(seconds: number): string {
  const isMinutes = seconds >= 60
  const format = { style: 'unit', unit: isMinutes ? 'minute' : 'second', unitDisplay: 'long' } as const
  return new Intl.NumberFormat(document.documentElement.lang, format).format(
    isMinutes ? Math.floor(seconds / 60) : seconds,
  )
}

/** "1:59". */
export function clockFace(leftMs: number): string {
  const left = Math.ceil(leftMs / 1000)
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
}
