import type { Metadata } from 'next'
import { Outcome } from '#app/ui/outcome.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { services } from '#lib/services.ts'
import { readPreferences } from '#lib/web/cookies/preferences.ts'
import { may, requireUser } from '#lib/web/guards/current-user.ts'
import { getWords } from '#lib/web/words.ts'
import { partOfDay } from '#lib/words/time.ts'
import { LogInsCard } from './log-ins-card.tsx'
import { ProfileCard } from './profile-card.tsx'
import { SessionCard } from './session-card.tsx'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('home.title') }
}

export default async function HomePage({ searchParams }: PageProps<'/'>) {
  const signedIn = await requireUser('/')
  const { user, session } = signedIn
  const words = await getWords()
  const { timeZone } = await readPreferences()
  const { audit, settings } = await services()
  const logIns = await audit.logIns(user.id)
  const greeting = `home.greeting.${partOfDay(session.now, timeZone) ?? 'unknown'}` as const

  return (
    <div className="flex flex-col gap-8">
      <h1 className="text-xl sm:text-2xl">
        {words.rich(greeting, {
          name: user.profile.fullName || user.username,
          person: (name) => <Verbatim>{name}</Verbatim>,
        })}
      </h1>
      {(await searchParams).restored === '1' && <Outcome kind="good">{words('home.restored')}</Outcome>}
      {/* While an administrator views as the user, the session is the administrator's. */}
      {signedIn.impersonation === null && (
        <SessionCard words={words} session={session} idleMs={settings.session.idleMs} timeZone={timeZone} />
      )}
      {may(signedIn, 'change-profile') && <ProfileCard words={words} profile={user.profile} />}
      {logIns.length > 0 && <LogInsCard words={words} logIns={logIns} now={session.now} timeZone={timeZone} />}
    </div>
  )
}
