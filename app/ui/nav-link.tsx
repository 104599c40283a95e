'use client'

import { usePathname } from 'next/navigation'
import type { ReactNode } from 'react'

/**
 * A plain link on purpose: a new document is what counts as a person's act, while the router would fetch private pages
 * ahead and keep them.
 */
export function NavLink({ href, children }: { href: string; children: ReactNode }) {
  const path = usePathname()
  const within = href !== '/' && path.startsWith(`${href}/`)
  return (
    <a href={href} className="row" aria-current={path === href ? 'page' : within ? 'true' : undefined}>
      {children}
    </a>
  )
}
