import type { ReactNode } from 'react'
import { ActionForm } from '#app/ui/action-form.tsx'
import type { Ceremony } from '#lib/features/passkeys/ceremonies.ts'
import { services } from '#lib/services.ts'
import type { FormAction } from '#lib/web/forms/form-state.ts'
import { getWords } from '#lib/web/words.ts'
import { PasskeyButton } from './passkey-button.tsx'

/** A form that a passkey sends. `hidden` are its other fields. Nothing to see without JavaScript. */
export async function PasskeyForm({
  action,
  ceremony,
  hidden = {},
  label,
  look = 'quiet',
  isAutofilled = false,
  isAlone = false,
  children = null,
}: {
  action: FormAction
  ceremony: Ceremony
  hidden?: Record<string, string>
  /** Instead of the ceremony's own. */
  label?: string
  look?: 'primary' | 'quiet'
  /** Also offers passkeys in the autofill of the page's username field. */
  isAutofilled?: boolean
  /** The page offers nothing else: a browser without passkeys gets a sentence instead of the button. */
  isAlone?: boolean
  /** Visible fields, above the button. */
  children?: ReactNode
}) {
  const words = await getWords()
  const { passkeys } = await services()
  const labels = ceremony === 'add' || ceremony === 'sign-up' ? ceremony : 'use'
  return (
    <ActionForm action={action}>
      {Object.entries(hidden).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {children}
      <PasskeyButton
        ceremony={ceremony}
        rpId={passkeys.rpId}
        look={look}
        isAutofilled={isAutofilled}
        words={{
          label: label ?? words(`passkeys.button.${labels}`),
          pending: words('passkeys.button.pending'),
          unsupported: isAlone ? words('passkeys.unsupported') : null,
          unknown: words('errors.passkey_unknown'),
          cancelled: words('passkeys.browser.cancelled'),
          exists: words('passkeys.browser.exists'),
          wrongPlace: words('passkeys.browser.wrong_place'),
          failed: words('passkeys.browser.failed'),
        }}
      />
      {isAlone && <p className="hidden text-muted noscript:block">{words('passkeys.without_script')}</p>}
    </ActionForm>
  )
}
