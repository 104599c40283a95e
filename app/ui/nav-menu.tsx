'use client'

import type { FocusEvent, ReactNode } from 'react'

/** The navigation: a column on wide screens, otherwise a popover, which closes when the focus leaves it. */
export function NavMenu({ children }: { children: ReactNode }) {
  function close({ currentTarget, relatedTarget }: FocusEvent<HTMLDivElement>) {
    if (relatedTarget !== null && !currentTarget.contains(relatedTarget)) currentTarget.hidePopover()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only notices where the focus goes
    <div id="menu" popover="auto" className="menu" onBlur={close}>
      {children}
    </div>
  )
}
