import type { Words } from '#lib/words/words.ts'
import { Field } from './ui/field.tsx'

/** For the app's code, or for a recovery code, whose letters need another keyboard. */
export function SecondFactorField({
  words,
  isRecoveryCode,
  autoFocus = false,
}: {
  words: Words
  isRecoveryCode: boolean
  autoFocus?: boolean
}) {
  return (
    <Field
      name="code"
      label={words(isRecoveryCode ? 'fields.recovery_code' : 'fields.code')}
      hint={words(isRecoveryCode ? 'fields.recovery_code_hint' : 'fields.code_hint')}
      inputMode={isRecoveryCode ? 'text' : 'numeric'}
      autoComplete={isRecoveryCode ? 'off' : 'one-time-code'}
      autoCapitalize="none"
      autoFocus={autoFocus}
      spellCheck={false}
      className={`figures tracking-widest ${isRecoveryCode ? 'max-w-72' : 'max-w-48'}`}
      required
    />
  )
}
