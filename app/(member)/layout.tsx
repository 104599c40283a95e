import { House, UserRound } from 'lucide'
import type { ReactNode } from 'react'
import { Colours } from '#app/colours.tsx'
import { Icon } from '#app/ui/line-icon.tsx'
import { Sidebar } from '#app/ui/sidebar.tsx'
import { findSignedIn } from '#lib/web/current-user.ts'
import { getWords } from '#lib/web/words.ts'

/** The frame of signed-in pages. It guards nothing: a layout is not rendered anew for each page, so each page asks. */
export default async function MemberLayout({ children }: { children: ReactNode }) {
  const words = await getWords()
  const signedIn = await findSignedIn()
  return (
    <div className="md:grid md:grid-cols-[15rem_minmax(0,1fr)]">
      <a href="#main" className="button button-primary fixed start-4 top-3 z-20 not-focus:sr-only">
        {words('site.skip')}
      </a>
      <Sidebar
        words={words}
        places={[
          { href: '/', label: words('nav.home'), icon: <Icon drawing={House} /> },
          { href: '/profile', label: words('nav.profile'), icon: <Icon drawing={UserRound} /> },
        ]}
        person={
          signedIn && {
            name: signedIn.user.profile.fullName || signedIn.user.username,
            username: signedIn.user.username,
          }
        }
      >
        <Colours />
      </Sidebar>
      <main id="main" tabIndex={-1} className="mx-auto w-full max-w-[50rem] px-4 py-8 md:px-8 md:py-12">
        {children}
      </main>
    </div>
  )
}
