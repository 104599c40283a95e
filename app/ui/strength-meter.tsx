'use client'

import { useEffect, useRef, useState } from 'react'
import { Steps } from './steps.tsx'

interface Rating {
  /** 0 to 4. The form accepts a password from 3 on. */
  score: number
  /** A suggestion to make the password stronger, or null. */
  advice: string | null
}

/** Longer than a pause between two keys, shorter than a noticeable wait. */
const pauseMs = 300
const tones = ['bg-danger', 'bg-danger', 'bg-warn', 'bg-good', 'bg-good']

/**
 * Shows how strong the form's field `password` is. Advisory: without a response it shows nothing, and the form decides.
 */
export function StrengthMeter({ scoreWords }: { scoreWords: readonly string[] }) {
  const place = useRef<HTMLDivElement>(null)
  const [rating, setRating] = useState<Rating | null>(null)

  useEffect(() => {
    const form = place.current?.closest('form')
    if (!form) return
    let timer: ReturnType<typeof setTimeout> | undefined
    let call = new AbortController()

    function rateSoon() {
      clearTimeout(timer)
      call.abort()
      call = new AbortController()
      const { signal } = call
      const question = typedIn(form)
      if (question.password === '') return setRating(null)
      timer = setTimeout(() => {
        rate(question, signal).then(
          (answer) => signal.aborted || setRating(answer),
          () => signal.aborted || setRating(null),
        )
      }, pauseMs)
    }

    rateSoon()
    form.addEventListener('input', rateSoon)
    return () => {
      clearTimeout(timer)
      call.abort()
      form.removeEventListener('input', rateSoon)
    }
  }, [])

  return (
    // Takes its room, two lines, from the start: a button that moves between press and release is not pressed.
    <div ref={place} aria-live="polite" className="noscript:hidden">
      <Steps reached={rating === null ? 0 : Math.max(rating.score, 1)} of={4} tone={tones[rating?.score ?? 0] ?? ''} />
      <p className="mt-2 min-h-10 text-sm">
        {rating !== null && (
          <>
            <span className="font-medium">{`${scoreWords[rating.score]}.`}</span> <span>{rating.advice}</span>
          </>
        )}
      </p>
    </div>
  )
}

interface Question {
  password: string
  username: string
  /** If the form has an e-mail field. */
  email?: string
}

function typedIn(form: HTMLFormElement | null | undefined): Question {
  const typed = form ? new FormData(form) : new FormData()
  const textOf = (name: string) => String(typed.get(name) ?? '')
  const question = { password: textOf('password'), username: textOf('username') }
  return typed.has('email') ? { ...question, email: textOf('email') } : question
}

async function rate(question: Question, signal: AbortSignal): Promise<Rating | null> {
  const response = await fetch('/api/password-strength', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(question),
    signal,
  })
  if (response.status !== 200) return null
  const answer: Partial<Rating> = await response.json()
  return { score: Number(answer.score), advice: answer.advice ?? null }
}
