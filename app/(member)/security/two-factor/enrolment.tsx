import type { ReactNode } from 'react'
import { ActionForm } from '#app/ui/action-form.tsx'
import { CopyButton } from '#app/ui/copy-button.tsx'
import { Field } from '#app/ui/field.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { qrSvg } from '#lib/features/two-factor/qr.ts'
import type { Words } from '#lib/words/words.ts'
import { turnOn } from './actions.ts'

interface Props {
  words: Words
  enrolment: { key: string; uri: string }
  /** The user's role needs a second factor, so no page leads away. */
  isRequired: boolean
}

/** The two steps that turn the authenticator app on, and the way to a passkey instead. */
export function Enrolment({ words, enrolment: { key, uri }, isRequired }: Props) {
  return (
    <>
      <section aria-labelledby="app" className="card">
        <div className="p-6">
          <h2 id="app" className="text-lg">
            {words('two_factor.app')}
          </h2>
          <p className="text-muted">{words('two_factor.any_app')}</p>
        </div>
        <ol className="flex flex-col">
          <Step number={1} title={words('two_factor.add_key')}>
            <p className="text-muted">{words('two_factor.add_key_text')}</p>
            <div className="flex flex-wrap items-center gap-6">
              <QrCode text={uri} label={words('two_factor.qr')} />
              <div className="flex min-w-0 flex-1 basis-56 flex-col items-start gap-3">
                <a href={uri} className="link inline-block py-2.5">
                  {words('two_factor.on_this_device')}
                </a>
                <p>{words('two_factor.key')}</p>
                <div data-copied className="flex flex-wrap items-center gap-3">
                  <code translate="no" className="figures rounded-control bg-paper px-3 py-2 break-words select-all">
                    {inGroups(key)}
                  </code>
                  <CopyButton />
                </div>
              </div>
            </div>
          </Step>
          <Step number={2} title={words('two_factor.enter')}>
            <p className="text-muted">{words('two_factor.turn_on_text')}</p>
            <ActionForm action={turnOn}>
              <FormAlert />
              <Field
                name="code"
                label={words('fields.code')}
                hint={words('two_factor.code_hint')}
                inputMode="numeric"
                autoComplete="one-time-code"
                spellCheck={false}
                className="figures max-w-48 tracking-widest"
                required
              />
              <div className="flex flex-wrap gap-3">
                <SubmitButton label={words('two_factor.turn_on')} pendingLabel={words('two_factor.turn_on_pending')} />
                {!isRequired && (
                  <a href="/security" className="button">
                    {words('two_factor.cancel')}
                  </a>
                )}
              </div>
            </ActionForm>
          </Step>
        </ol>
      </section>
      <div className="flex flex-col items-start gap-3">
        <p className="text-sm text-muted">{words('two_factor.passkey')}</p>
        <div className="flex flex-wrap gap-3">
          <a href="/security/passkeys" className="button">
            {words('two_factor.add_passkey')}
          </a>
          {isRequired && (
            <form method="post" action="/logout">
              <button type="submit" className="button">
                {words('two_factor.log_out')}
              </button>
            </form>
          )}
        </div>
      </div>
    </>
  )
}

function Step({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <li className="flex flex-col gap-4 border-t border-line p-6">
      <h3 className="flex gap-3 font-medium">
        <span aria-hidden="true" className="figures text-muted">
          {number}
        </span>
        {title}
      </h3>
      {children}
    </li>
  )
}

/**
 * Dark on white in every scheme: many readers take no inverted codes. On a phone, which cannot scan its own screen, it
 * comes last.
 */
function QrCode({ text, label }: { text: string; label: string }) {
  const { path, size } = qrSvg(text)
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      className="aspect-square w-56 max-w-full rounded-control border border-line max-sm:order-last"
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}

/** By four, and with spaces that the apps skip. */
function inGroups(key: string): string {
  return key.replace(/.{4}(?=.)/g, '$& ')
}
