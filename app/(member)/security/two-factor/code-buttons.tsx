'use client'

import { Printer } from 'lucide'
import { CopyButton } from '#app/ui/copy-button.tsx'
import { Icon } from '#app/ui/line-icon.tsx'
import { useIsScripted } from '#app/ui/use-is-scripted.ts'

/** Copies and prints the codes of the surrounding section. Without JavaScript, the browser's own menus do both. */
export function CodeButtons({ printLabel }: { printLabel: string }) {
  const isScripted = useIsScripted()
  return (
    <>
      <CopyButton />
      <button
        type="button"
        className={`button ${isScripted ? '' : 'invisible noscript:hidden'}`}
        onClick={() => print()}
      >
        <Icon drawing={Printer} />
        {printLabel}
      </button>
    </>
  )
}
