'use client'

import { usePathname } from 'next/navigation'
import type { ReactNode } from 'react'

/**
 * A plain link on purpose: only a new document counts as user activity, and Next's router would prefetch and cache
 * private pages.
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
