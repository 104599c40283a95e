import { font } from '#app/font.ts'
import { PageRoot } from '#app/ui/page-root.tsx'
import './style.css'

export const metadata = { title: { template: '%s · Gatehouse', default: 'Gatehouse' }, robots: { index: false } }
export const viewport = { colorScheme: 'light dark' }
/** As the real page: made for each request. */
export const dynamic = 'force-dynamic'

export default function RootLayout({ children }) {
  return (
    <html lang="en" dir="ltr" className={font.variable}>
      <body>
        <PageRoot language="en" timeZoneCookie="tz" timeZone={null}>
          {children}
        </PageRoot>
      </body>
    </html>
  )
}
