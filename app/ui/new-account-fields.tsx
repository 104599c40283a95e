import type { ReactNode } from 'react'
import { newPasswordHint, scoreWords } from '#lib/words/sentences.ts'
import type { Words } from '#lib/words/words.ts'
import { Field } from './field.tsx'
import { PasswordField } from './password-field.tsx'
import { StrengthMeter } from './strength-meter.tsx'

/** The name of the account to be made. */
export function UsernameField({ words, children = null }: { words: Words; children?: ReactNode }) {
  return (
    <>
      <Field
        name="username"
        label={words('fields.username')}
        hint={words('signup.username_hint')}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
      />
      {children}
    </>
  )
}

/** The fields of every form that creates an account. */
export function NewAccountFields({
  words,
  passwordMinLength,
  usernameCheck = null,
  children = null,
}: {
  words: Words
  passwordMinLength: number
  /** Rendered below the username. */
  usernameCheck?: ReactNode
  /** Rendered between username and password. */
  children?: ReactNode
}) {
  return (
    <>
      <UsernameField words={words}>{usernameCheck}</UsernameField>
      {children}
      <PasswordField
        name="password"
        label={words('fields.password')}
        hint={newPasswordHint(words, passwordMinLength)}
        autoComplete="new-password"
        showLabel={words('fields.show_password')}
      >
        <StrengthMeter scoreWords={scoreWords(words)} />
      </PasswordField>
      <PasswordField
        name="confirmPassword"
        label={words('fields.confirm_password')}
        autoComplete="new-password"
        showLabel={words('fields.show_confirmation')}
      />
    </>
  )
}
