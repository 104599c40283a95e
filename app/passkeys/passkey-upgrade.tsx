'use client'

import { useEffect, useRef, useSyncExternalStore } from 'react'
import { useForm } from '#app/ui/form-context.ts'
import { isSupported, runCeremony } from './ceremony.ts'

/** The log-in waits no longer than this. */
const withinMs = 1_000
const unheard = { cancelled: '', exists: '', wrongPlace: '', failed: '' }

/** Creates the passkey and sends the form; or goes to `next` at once. */
export function PasskeyUpgrade({ next }: { next: string }) {
  const { alert, errors } = useForm()
  const response = useRef<HTMLInputElement>(null)
  const isRefused = alert !== null || Object.keys(errors).length > 0

  useEffect(() => {
    const field = response.current
    const form = field?.form
    if (!field || !form || isRefused) {
      location.replace(next)
      return
    }
    let isGone = false
    runCeremony({ ceremony: 'upgrade', isConditional: true, withinMs }, unheard).then((outcome) => {
      if (isGone) return
      if (!outcome.ok) return location.replace(next)
      field.value = outcome.response
      form.requestSubmit()
    })
    return () => {
      isGone = true
    }
  }, [isRefused, next])

  return <input ref={response} type="hidden" name="response" defaultValue="" />
}

/** In the log-in form: says that this browser can create a passkey without a question. */
export function UpgradeOffer() {
  const canUpgrade = useSyncExternalStore(subscribe, read, onServer)
  return canUpgrade ? <input type="hidden" name="canUpgrade" value="1" /> : null
}

let isCapable = false

function subscribe(onChange: () => void): () => void {
  if (isSupported() && 'getClientCapabilities' in PublicKeyCredential) {
    PublicKeyCredential.getClientCapabilities().then(
      ({ conditionalCreate }) => {
        isCapable = conditionalCreate === true
        onChange()
      },
      () => {},
    )
  }
  return () => {}
}

const read = () => isCapable
const onServer = () => false
