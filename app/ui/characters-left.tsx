'use client'

import { useEffect, useRef, useState } from 'react'

/** Says how many characters of a field are left once few are; silent before, and without JavaScript. */
export function CharactersLeft({
  name,
  max,
  leftWords,
  overWords,
}: {
  name: string
  max: number
  /** Each with {count} where the number goes. */
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
      // Code points of the trimmed text, as the server counts.
      const left = max - [...field.value.trim().normalize('NFC')].length
      const template = left < 0 ? overWords : left <= max / 5 ? leftWords : ''
      setSaid(template.replace('{count}', String(Math.abs(left))))
    }
    // A pause first, or a screen reader would say a number at every key.
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
    <p ref={place} aria-live="polite" className="figures text-sm text-muted empty:hidden">
      {said}
    </p>
  )
}
