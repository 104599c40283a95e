'use client'

import { unstable_rethrow } from 'next/navigation'
import {
  type ReactNode,
  type SubmitEvent,
  type SyntheticEvent,
  useActionState,
  useEffect,
  useRef,
  useState,
  useTransition,
} from 'react'
import { type FormAction, type FormState, untouchedForm } from '#lib/web/forms/form-state.ts'
import { FormContext } from './form-context.ts'
import { FormTokenField } from './form-token.tsx'
import { useBrowserWords } from './page-root.tsx'
import { useTypedValues } from './typed-values.tsx'

/**
 * A form around a server action. Without JavaScript the browser posts it, and the page returns with the state. With
 * JavaScript this component calls the action instead of React, which would empty all fields, passwords too, after every
 * response.
 */
export function ActionForm({
  action,
  isKept = false,
  children,
}: {
  action: FormAction
  /** Its text is kept beyond its session; a DraftOffer among the children offers it again. */
  isKept?: boolean
  children: ReactNode
}) {
  const [posted, post] = useActionState(action, untouchedForm)
  const [answered, setAnswered] = useState<FormState | null>(null)
  /** The fields that changed since the answer: their errors are about something else now. */
  const [changed, setChanged] = useState<readonly string[]>([])
  const [pending, startTransition] = useTransition()
  const messages = useBrowserWords().form
  const form = useRef<HTMLFormElement>(null)
  const state = answered ?? posted
  useTypedValues(form)

  useEffect(() => {
    if (Object.keys(state.errors).length === 0 && state.alert === null) return
    const within = form.current
    const first = within?.querySelector('[aria-invalid="true"]') ?? within?.querySelector('[role="alert"]')
    if (first instanceof HTMLElement) first.focus()
  }, [state])

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    if (pending) return
    const typed = new FormData(event.currentTarget)
    startTransition(async () => {
      const answer = await action(state, typed).catch((cause: unknown): FormState => {
        unstable_rethrow(cause)
        return { values: {}, errors: {}, alert: hasDigest(cause) ? messages.failed : messages.unreachable }
      })
      startTransition(() => {
        setAnswered(answer)
        setChanged([])
      })
    })
  }

  function noteChange({ target }: SyntheticEvent) {
    const { name } = target as HTMLInputElement
    const names = name === 'password' ? [name, 'confirmPassword'] : [name]
    const told = names.filter((one) => one in state.errors && !changed.includes(one))
    if (told.length > 0) setChanged([...changed, ...told])
  }

  const errors = Object.fromEntries(Object.entries(state.errors).filter(([name]) => !changed.includes(name)))
  return (
    <form
      ref={form}
      action={post}
      onSubmit={submit}
      onInput={noteChange}
      noValidate
      data-keep={isKept ? '' : undefined}
      className="flex flex-col gap-6"
    >
      <FormTokenField />
      <FormContext value={{ ...state, errors, pending }}>{children}</FormContext>
    </form>
  )
}

/** Next adds a digest, which its log has too, to server errors only. */
function hasDigest(cause: unknown): boolean {
  return cause instanceof Error && 'digest' in cause
}
