'use client'

// What every page needs in the browser, in one client component: each one costs the server time and the page bytes.
import { createContext, type ReactNode, useContext, useEffect } from 'react'
import { type BrowserWords, browserWords } from '#lib/words/browser.ts'
import { endHydration } from './typed-values.tsx'

const yearInSeconds = 365 * 24 * 60 * 60

const Language = createContext('en')

/** The texts for components that render in the browser, in the page's language. */
export function useBrowserWords(): BrowserWords {
  return browserWords(useContext(Language))
}

export function PageRoot({
  language,
  timeZoneCookie,
  timeZone,
  children,
}: {
  language: string
  timeZoneCookie: string
  /** The one that the cookie names already. */
  timeZone: string | null
  children: ReactNode
}) {
  useEffect(endHydration, [])
  useEffect(() => sendTimeZone(timeZoneCookie, timeZone), [timeZoneCookie, timeZone])
  return <Language value={language}>{children}</Language>
}

/** In a cookie, since no request header has it; the next page then shows local times. */
function sendTimeZone(cookie: string, known: string | null): void {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  if (!zone || zone === known) return
  const secure = location.protocol === 'https:' ? '; secure' : ''
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in browsers that are supported
  document.cookie = `${cookie}=${zone}; path=/; max-age=${yearInSeconds}; samesite=lax${secure}`
}
