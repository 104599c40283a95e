import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import { services } from '#lib/services.ts'
import { readPreferences, timeZoneCookie } from '#lib/web/cookies/preferences.ts'
import { getWords } from '#lib/web/words.ts'
import { font } from './font.ts'
import './globals.css'
import { PageRoot } from './ui/page-root.tsx'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  const name = words('site.name')
  return {
    title: { template: `%s · ${name}`, default: name },
    description: words('site.description'),
    robots: { index: false },
  }
}

export const viewport: Viewport = { colorScheme: 'light dark' }

export default async function RootLayout({ children }: { children: ReactNode }) {
  const words = await getWords()
  const { theme, browserTimeZone } = await readPreferences()
  const { settings } = await services()
  return (
    <html
      lang={words.locale}
      dir={words.direction}
      data-theme={theme === 'system' ? undefined : theme}
      className={font.variable}
      // Extensions and translations modify these elements before hydration.
      suppressHydrationWarning
    >
      <body suppressHydrationWarning>
        <PageRoot
          language={words.locale}
          timeZoneCookie={timeZoneCookie(settings.appOrigin)}
          timeZone={browserTimeZone}
        >
          {children}
        </PageRoot>
      </body>
    </html>
  )
}
