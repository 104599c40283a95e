import { House, KeySquare, ShieldCheck, SlidersHorizontal, UserRound } from 'lucide'
import type { ReactNode } from 'react'
import { ImpersonationBanner } from '#app/impersonation/impersonation-banner.tsx'
import type { SessionView } from '#app/session/keeper.ts'
import { SessionKeeper } from '#app/session/session-keeper.tsx'
import { FormTokenProvider } from '#app/ui/form-token.tsx'
import { Icon } from '#app/ui/line-icon.tsx'
import { Sidebar } from '#app/ui/sidebar.tsx'
import type { SessionLimits } from '#lib/auth/sessions/timeouts.ts'
import { services } from '#lib/services.ts'
import { isUpgradeOffered } from '#lib/web/cookies/held.ts'
import { findSignedIn, may, mustEnrol, type SignedIn } from '#lib/web/guards/current-user.ts'
import { getWords } from '#lib/web/words.ts'
import { lasting } from '#lib/words/time.ts'
import type { Words } from '#lib/words/words.ts'

/**
 * The frame of signed-in pages. It is no guard: Next does not render a layout again for each page, so each page checks.
 */
export async function Frame({ width, children }: { width: 'text' | 'tables'; children: ReactNode }) {
  const words = await getWords()
  const signedIn = await findSignedIn()
  const limits = (await services()).settings.session
  const places = signedIn && (await mustEnrol(signedIn)) ? [] : placesOf(signedIn, words)
  return (
    <div
      className="frame md:grid md:grid-cols-[15rem_minmax(0,1fr)]"
      data-viewing={signedIn?.impersonation ? '' : undefined}
    >
      <a href="#main" className="no-print button button-primary fixed start-4 top-3 z-20 not-focus:sr-only">
        {words('site.skip')}
      </a>
      <Sidebar
        words={words}
        places={places}
        person={signedIn && { ...signedIn.user, viewedBy: signedIn.impersonation?.admin.username ?? null }}
      >
        {signedIn && (
          <SessionKeeper
            view={viewOf(signedIn, limits)}
            offersUpgrade={signedIn.user.factors.passkeyCount === 0 && (await isUpgradeOffered())}
          >
            {words('session.ends_after', { idle: lasting(words, limits.idleMs) })}
          </SessionKeeper>
        )}
      </Sidebar>
      <main id="main" tabIndex={-1} className="mx-auto w-full max-w-[80rem] px-4 py-8 md:px-8 md:py-12">
        <FormTokenProvider formToken={signedIn?.session.formToken ?? null}>
          {signedIn?.impersonation && (
            <ImpersonationBanner words={words} signedIn={signedIn} impersonation={signedIn.impersonation} />
          )}
          {width === 'tables' ? (
            children
          ) : (
            // All pages begin at the same edge, whatever their width.
            <div className="max-w-[46rem]">{children}</div>
          )}
        </FormTokenProvider>
      </main>
    </div>
  )
}

function placesOf(signedIn: SignedIn | null, words: Words) {
  return [
    { href: '/', label: words('nav.home'), icon: <Icon drawing={House} /> },
    { href: '/profile', label: words('nav.profile'), icon: <Icon drawing={UserRound} /> },
    { href: '/security', label: words('nav.security'), icon: <Icon drawing={ShieldCheck} /> },
    { href: '/account', label: words('nav.account'), icon: <Icon drawing={SlidersHorizontal} /> },
    ...(signedIn && may(signedIn, 'see-people')
      ? [{ href: '/admin', label: words('nav.admin'), icon: <Icon drawing={KeySquare} /> }]
      : []),
  ]
}

function viewOf({ user, session }: SignedIn, { idleMs, maxMs }: SessionLimits): SessionView {
  const { startedAt, idleDeadline, absoluteDeadline, now } = session
  return { person: user.id, startedAt, idleDeadline, absoluteDeadline, now, idleMs, maxMs }
}
