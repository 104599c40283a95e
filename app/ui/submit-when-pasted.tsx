'use client'

import { useEffect, useRef } from 'react'

/** Sends the form when a code of this many digits is pasted or filled in. A typed one waits for the button. */
export function SubmitWhenPasted({ name, digits }: { name: string; digits: number }) {
  const place = useRef<HTMLSpanElement>(null)

  useEffect(() => {
    const form = place.current?.closest('form')
    function onInput(event: Event) {
      const { target } = event
      if (!(target instanceof HTMLInputElement) || target.name !== name) return
      const isTyped = event instanceof InputEvent && /^(insertText|delete)/.test(event.inputType)
      const code = target.value.replaceAll(/[\s-]/g, '')
      if (!isTyped && code.length === digits && /^\d+$/.test(code)) form?.requestSubmit()
    }
    form?.addEventListener('input', onInput)
    return () => form?.removeEventListener('input', onInput)
  }, [name, digits])

  return <span ref={place} hidden />
}
