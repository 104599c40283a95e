'use client'

import { Copy } from 'lucide'
import { type MouseEvent, useEffect, useState } from 'react'
import { Icon } from './line-icon.tsx'
import { useBrowserWords } from './page-root.tsx'
import { useIsScripted } from './use-is-scripted.ts'

const saidMs = 4000

/**
 * Copies every `code` element of the nearest element with `data-copied`, one a line, without spaces. Without JavaScript
 * there is no button: the text can be selected.
 */
export function CopyButton() {
  const words = useBrowserWords().copy
  const isScripted = useIsScripted()
  const [isCopied, setCopied] = useState(false)

  // So that a second copy is confirmed too.
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setCopied(false), saidMs)
    return () => clearTimeout(timer)
  }, [isCopied])

  async function copy(event: MouseEvent<HTMLButtonElement>) {
    const codes = [...(event.currentTarget.closest('[data-copied]')?.querySelectorAll('code') ?? [])]
    const text = codes.map(({ textContent }) => textContent.replaceAll(' ', '')).join('\n')
    try {
      await navigator.clipboard.writeText(text)
      setCopied(true)
    } catch {
      // The browser refuses its clipboard, or has none on plain http: select the text for the user's own copying.
      const [first] = codes
      const last = codes.at(-1)
      if (first && last) getSelection()?.setBaseAndExtent(first, 0, last, last.childNodes.length)
    }
  }

  return (
    <button type="button" className={`button ${isScripted ? '' : 'invisible noscript:hidden'}`} onClick={copy}>
      <Icon drawing={Copy} />
      <span aria-live="polite">{isCopied ? words.done : words.label}</span>
    </button>
  )
}
