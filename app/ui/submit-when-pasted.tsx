'use client'

import { useEffect, useRef } from 'react'

/** Not by keys: a typed code may still be corrected, and undoing must not send one again. */
const wholeInputs = ['insertFromPaste', 'insertFromDrop', 'insertReplacementText']

/**
 * Sends a complete form when a code of this many digits is pasted or filled in, each code once. The children say so, where
 * scripts run.
 */
export function SubmitWhenPasted({ name, digits, children }: { name: string; digits: number; children: string }) {
  const place = useRef<HTMLParagraphElement>(null)

  useEffect(() => {
    const form = place.current?.closest('form')
    let sent = ''
    function onInput(event: Event) {
      const { target } = event
      if (!(target instanceof HTMLInputElement) || target.name !== name) return
      if (event instanceof InputEvent && !wholeInputs.includes(event.inputType)) return
      const typed = target.value.replaceAll(/[\s-]/g, '')
      if (typed.length !== digits || !/^\d+$/.test(typed) || typed === sent || !form?.checkValidity()) return
      sent = typed
      form.requestSubmit()
    }
    form?.addEventListener('input', onInput)
    return () => form?.removeEventListener('input', onInput)
  }, [name, digits])

  return (
    <p ref={place} className="-mt-4 text-sm text-muted noscript:hidden">
      {children}
    </p>
  )
}
