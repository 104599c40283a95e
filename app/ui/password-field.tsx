'use client'

import { Eye, EyeOff } from 'lucide'
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { FieldFrame } from './field-frame.tsx'
import { useField, useForm } from './form-context.ts'
import { Icon } from './line-icon.tsx'
import { useIsScripted } from './use-is-scripted.ts'

interface Props {
  name: string
  label: string
  hint?: string
  autoComplete: 'current-password' | 'new-password'
  /** The label of the button that reveals the password. */
  showLabel: string
  /** Rendered below the field, such as a strength meter. */
  children?: ReactNode
}

/** The server never sends a password back, so the field starts empty. */
export function PasswordField({ name, label, hint, autoComplete, showLabel, children }: Props) {
  const { error, control } = useField(name, hint !== undefined)
  const { pending } = useForm()
  const input = useRef<HTMLInputElement>(null)
  const [shown, setShown] = useState(false)
  const scripted = useIsScripted()
  const caret = useRef<[number | null, number | null] | null>(null)

  // Hide the password while the form is being sent.
  useEffect(() => {
    if (pending) setShown(false)
  }, [pending])

  // Changing the type moves the caret to an end, so restore it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs because the type changed
  useLayoutEffect(() => {
    if (caret.current !== null && document.activeElement === input.current) {
      input.current?.setSelectionRange(...caret.current)
    }
    caret.current = null
  }, [shown])

  function toggle() {
    const field = input.current
    caret.current = field && [field.selectionStart, field.selectionEnd]
    setShown(!shown)
  }

  return (
    <FieldFrame name={name} label={label} hint={hint} error={error}>
      <div className="relative">
        <input
          ref={input}
          type={shown ? 'text' : 'password'}
          className="input pe-12"
          autoComplete={autoComplete}
          autoCapitalize="none"
          spellCheck={false}
          required
          {...control}
        />
        {scripted && (
          <button
            type="button"
            aria-label={showLabel}
            aria-pressed={shown}
            title={showLabel}
            className="absolute inset-y-0 end-0 grid w-11 cursor-pointer place-items-center rounded-control text-muted hover:text-ink"
            // Prevents the button from taking the focus from the field.
            onMouseDown={(event) => event.preventDefault()}
            onClick={toggle}
          >
            {shown ? <Icon drawing={EyeOff} /> : <Icon drawing={Eye} />}
          </button>
        )}
      </div>
      {children}
    </FieldFrame>
  )
}
