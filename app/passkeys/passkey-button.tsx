'use client'

import { KeyRound } from 'lucide'
import { type MouseEvent, useEffect, useEffectEvent, useRef, useState, useSyncExternalStore } from 'react'
import { useForm } from '#app/ui/form-context.ts'
import { Icon } from '#app/ui/line-icon.tsx'
import { Notice } from '#app/ui/notice.tsx'
import type { Ceremony } from '#lib/features/passkeys/ceremonies.ts'
import { type CeremonyWords, isSupported, offerAutofill, runCeremony } from './ceremony.ts'
import { signal } from './signals.ts'

export interface PasskeyWords extends CeremonyWords {
  label: string
  pending: string
  /** Shown instead of the button in a browser without passkeys, if the page has nothing else. */
  unsupported: string | null
  /** The form's refusal of a passkey that the site does not know. */
  unknown: string
}

/**
 * The submit button of a form with a passkey: asks the browser, puts its answer into the field `response`, and sends
 * the form. Shows the form's alert too. Invisible until the script has found that the browser has passkeys.
 */
export function PasskeyButton({
  ceremony,
  words,
  rpId,
  look = 'quiet',
  isAutofilled = false,
}: {
  ceremony: Ceremony
  words: PasskeyWords
  rpId: string
  look?: 'primary' | 'quiet'
  /** Also offers passkeys in the autofill of the page's username field. */
  isAutofilled?: boolean
}) {
  const { pending, alert, errors } = useForm()
  const response = useRef<HTMLInputElement>(null)
  const [isAsking, setAsking] = useState(false)
  const [sentence, setSentence] = useState<string | null>(null)
  const [usedId, setUsedId] = useState('')
  const autofill = useRef<ReturnType<typeof offerAutofill>>(null)
  const support = useSyncExternalStore(neverChanges, onClient, onServer)

  function send(json: string) {
    const field = response.current
    if (field === null) return
    setUsedId(JSON.parse(json).id)
    setSentence(null)
    field.value = json
    field.form?.requestSubmit()
    field.value = ''
  }

  async function ask(event: MouseEvent<HTMLButtonElement>) {
    event.preventDefault()
    if (isAsking || pending) return
    const username = event.currentTarget.form?.elements.namedItem('username')
    setAsking(true)
    setSentence(null)
    const outcome = await runCeremony(
      { ceremony, ...(username instanceof HTMLInputElement && { username: username.value }) },
      words,
    )
    setAsking(false)
    if (outcome.ok) send(outcome.response)
    else setSentence(outcome.sentence)
    autofill.current?.renew()
  }

  const offer = useEffectEvent(() => offerAutofill(words, send))
  useEffect(() => {
    if (!isAutofilled || !isSupported()) return
    const offered = offer()
    autofill.current = offered
    return () => offered.stop()
  }, [isAutofilled])

  // The password manager forgets a passkey that the site removed, or that belongs to a sign-up with a taken username.
  const isUnknown = alert === words.unknown || (ceremony === 'sign-up' && errors.username !== undefined)
  useEffect(() => {
    if (isUnknown && usedId !== '') signal('signalUnknownCredential', { rpId, credentialId: usedId })
  }, [isUnknown, usedId, rpId])

  if (support === 'no') return words.unsupported !== null && <p className="text-muted">{words.unsupported}</p>
  const isBusy = isAsking || pending
  const shown = sentence ?? alert
  return (
    <>
      {shown !== null && (
        <Notice kind="danger" role="alert">
          {shown}
        </Notice>
      )}
      <input ref={response} type="hidden" name="response" defaultValue="" />
      <button
        type="submit"
        className={`button ${look === 'primary' ? 'button-primary' : ''} ${support === 'unknown' ? 'invisible noscript:hidden' : ''}`}
        aria-disabled={isBusy || undefined}
        onClick={ask}
      >
        <Icon drawing={KeyRound} />
        <span>{isBusy ? words.pending : words.label}</span>
      </button>
    </>
  )
}

const neverChanges = () => () => {}
const onClient = () => (isSupported() ? 'yes' : 'no')
const onServer = () => 'unknown'
