'use client'

import { usePathname } from 'next/navigation'
import { useBrowserWords } from './page-root.tsx'

/** Pages whose address is not below the page that leads to them. */
const elsewhere: Readonly<Record<string, string>> = {
  '/security/username': '/account',
  '/security/delete': '/account',
  '/verify-email': '/security',
}

/** On a page below one of these places, the way back to it. */
export function Breadcrumb({ places }: { places: readonly { href: string; label: string }[] }) {
  const path = usePathname()
  const words = useBrowserWords()
  const parent = elsewhere[path]
  const place = places.find(({ href }) => (parent === undefined ? path.startsWith(`${href}/`) : href === parent))
  if (place === undefined) return null
  return (
    <nav aria-label={words.breadcrumb} className="no-print -mt-3 mb-3">
      <a href={place.href} className="link inline-flex min-h-11 items-center">
        {place.label}
      </a>
    </nav>
  )
}
