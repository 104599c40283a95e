'use client'

import { useEffect } from 'react'

const year = 365 * 24 * 60 * 60

/** Tells the server the browser's time zone, which no header does, so that the next page can name times of the clock. */
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
