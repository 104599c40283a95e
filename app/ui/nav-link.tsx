'use client'

import { usePathname } from 'next/navigation'
import type { ReactNode } from 'react'

/** Pages whose URL is under another section. */
const sectionOf: Readonly<Record<string, string>> = {
  '/security/username': '/account/',
  '/security/delete': '/account/',
  '/verify-email': '/security/',
}

/**
 * A plain link on purpose: only a new document counts as user activity, and Next's router would prefetch and cache
 * private pages.
 */
export function NavLink({ href, children }: { href: string; children: ReactNode }) {
  const asked = usePathname()
  const path = sectionOf[asked] ?? asked
  const within = href !== '/' && path.startsWith(`${href}/`)
  return (
    <a href={href} className="row" aria-current={path === href ? 'page' : within ? 'true' : undefined}>
      {children}
    </a>
  )
}
