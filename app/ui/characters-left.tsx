'use client'

import { useEffect, useRef, useState } from 'react'

/** Shows how many characters are left in a field once few are. Empty before, and without JavaScript. */
export function CharactersLeft({
  name,
  max,
  leftWords,
  overWords,
}: {
  name: string
  max: number
  /** Templates with {count}. */
  leftWords: string
  overWords: string
}) {
  const place = useRef<HTMLParagraphElement>(null)
  const [said, setSaid] = useState('')

  useEffect(() => {
    const field = place.current?.closest('form')?.elements.namedItem(name)
    if (!(field instanceof HTMLTextAreaElement)) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const count = () => {
      // Counts code points of the trimmed text, like the server.
      const left = max - [...field.value.trim().normalize('NFC')].length
      const template = left < 0 ? overWords : left <= max / 5 ? leftWords : ''
      setSaid(template.replace('{count}', String(Math.abs(left))))
    }
    // Wait for a pause: a screen reader would read a number at every key.
    const wait = () => {
      clearTimeout(timer)
      timer = setTimeout(count, 500)
    }
    count()
    field.addEventListener('input', wait)
    return () => {
      clearTimeout(timer)
      field.removeEventListener('input', wait)
    }
  }, [name, max, leftWords, overWords])

  return (
    // Takes its room from the start: a button that moves between press and release is not pressed.
    <p ref={place} aria-live="polite" className="figures -mt-1 min-h-5 text-sm text-muted last:-mb-3">
      {said}
    </p>
  )
}
