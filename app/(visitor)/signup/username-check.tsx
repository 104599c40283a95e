'use client'

import { CircleAlert, CircleCheck } from 'lucide'
import { useEffect, useRef, useState } from 'react'
import { useField } from '#app/ui/form-context.ts'
import { Icon } from '#app/ui/line-icon.tsx'

interface Answer {
  isFree: boolean
  text: string
}

/** Longer than the pauses within a name: the server answers 30 questions an hour. */
const pauseMs = 600

/**
 * Says whether the username in the form is free. Advisory: without an answer it says nothing, and the form decides.
 */
export function UsernameCheck() {
  const { error } = useField('username', false)
  const place = useRef<HTMLDivElement>(null)
  const [answer, setAnswer] = useState<Answer | null>(null)

  useEffect(() => {
    const field = place.current?.closest('form')?.elements.namedItem('username')
    if (!(field instanceof HTMLInputElement)) return
    const known = new Map<string, Answer>()
    let timer: ReturnType<typeof setTimeout> | undefined
    let call = new AbortController()

    function askSoon() {
      clearTimeout(timer)
      call.abort()
      call = new AbortController()
      const { signal } = call
      const name = (field as HTMLInputElement).value.trim().toLowerCase()
      setAnswer(known.get(name) ?? null)
      if (name.length < 3 || known.has(name)) return
      timer = setTimeout(() => {
        ask(name, signal).then(
          (answered) => {
            if (answered === null || signal.aborted) return
            known.set(name, answered)
            setAnswer(answered)
          },
          () => {},
        )
      }, pauseMs)
    }

    // Typed before the script came.
    if (field.value !== field.defaultValue) askSoon()
    field.addEventListener('input', askSoon)
    return () => {
      clearTimeout(timer)
      call.abort()
      field.removeEventListener('input', askSoon)
    }
  }, [])

  // The form may have said already that the name is taken.
  const shown = error === undefined || answer?.isFree ? answer : null
  return (
    // Takes its room from the start: a button that moves between press and release is not pressed.
    <div ref={place} aria-live="polite" className="-mt-4 -mb-5 min-h-5 text-sm noscript:hidden">
      {shown !== null && (
        <p className={`flex gap-2 ${shown.isFree ? 'text-good' : 'font-medium text-danger'}`}>
          {shown.isFree ? <Icon drawing={CircleCheck} /> : <Icon drawing={CircleAlert} />}
          <span className="wrap-anywhere">{shown.text}</span>
        </p>
      )}
    </div>
  )
}

async function ask(username: string, signal: AbortSignal): Promise<Answer | null> {
  const response = await fetch('/api/username', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username }),
    signal,
  })
  if (response.status !== 200) return null
  const { isFree, text }: Partial<Answer> = await response.json()
  return { isFree: isFree === true, text: String(text) }
}
