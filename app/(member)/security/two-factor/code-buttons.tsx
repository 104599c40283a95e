'use client'

import { Copy, Printer } from 'lucide'
import { type MouseEvent, useState, useSyncExternalStore } from 'react'
import { Icon } from '#app/ui/line-icon.tsx'

/** Copies and prints the codes of the surrounding section. Without JavaScript, the browser's own menus do both. */
export function CodeButtons({
  copyLabel,
  copiedLabel,
  printLabel,
}: {
  copyLabel: string
  copiedLabel: string
  printLabel: string
}) {
  const isScripted = useSyncExternalStore(neverChanges, onClient, onServer)
  const [isCopied, setCopied] = useState(false)
  const look = `button ${isScripted ? '' : 'invisible noscript:hidden'}`

  async function copy(event: MouseEvent<HTMLButtonElement>) {
    const codes = event.currentTarget.closest('section')?.querySelectorAll('code') ?? []
    const text = [...codes].map(({ textContent }) => textContent).join('\n')
    // A browser may refuse the clipboard: the codes stay on the page to be selected.
    await navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => {},
    )
  }

  return (
    <>
      <button type="button" className={look} onClick={copy}>
        <Icon drawing={Copy} />
        <span aria-live="polite">{isCopied ? copiedLabel : copyLabel}</span>
      </button>
      <button type="button" className={look} onClick={() => print()}>
        <Icon drawing={Printer} />
        {printLabel}
      </button>
    </>
  )
}

const neverChanges = () => () => {}
const onClient = () => true
const onServer = () => false
