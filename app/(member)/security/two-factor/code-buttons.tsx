'use client'

import { Printer } from 'lucide'
import { useSyncExternalStore } from 'react'
import { CopyButton } from '#app/ui/copy-button.tsx'
import { Icon } from '#app/ui/line-icon.tsx'

/** Copies and prints the codes of the surrounding section. Without JavaScript, the browser's own menus do both. */
export function CodeButtons({ printLabel }: { printLabel: string }) {
  const isScripted = useSyncExternalStore(neverChanges, onClient, onServer)
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

const neverChanges = () => () => {}
const onClient = () => true
const onServer = () => false
