'use client'

import { useEffect } from 'react'

const year = 365 * 24 * 60 * 60

/** Sends the browser's time zone in a cookie, since no header has it; the next page then shows local times. */
export function TimeZone({ cookie, known }: { cookie: string; known: string | null }) {
  useEffect(() => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
    if (!zone || zone === known) return
    const secure = location.protocol === 'https:' ? '; secure' : ''
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in browsers that are supported
    document.cookie = `${cookie}=${zone}; path=/; max-age=${year}; samesite=lax${secure}`
  }, [cookie, known])
  return null
}
