import type { Metadata } from 'next'
import { HistoryList } from '#app/history/history-list.tsx'
import { Outcome } from '#app/ui/outcome.tsx'
import { addressToVerify } from '#lib/features/email/addresses.ts'
import { services } from '#lib/services.ts'
import { readPreferences } from '#lib/web/cookies/preferences.ts'
import { may, requireUser } from '#lib/web/guards/current-user.ts'
import { getWords } from '#lib/web/words.ts'
import { outcomeOf } from '../outcome.ts'
import { BrowsersCard } from './browsers-card.tsx'
import { EmailCard } from './email-card.tsx'
import { FactorResetCard } from './factor-reset-card.tsx'
import { LogInCard } from './log-in-card.tsx'
import { SessionsCard } from './sessions-card.tsx'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('security.title') }
}

export default async function SecurityPage({ searchParams }: PageProps<'/security'>) {
  const signedIn = await requireUser('/security')
  const { user, session } = signedIn
  const words = await getWords()
  const { timeZone } = await readPreferences()
  const { sessions, audit, userAdmin, rememberedBrowsers, factorResets } = await services()
  const mayChange = may(signedIn, 'change-account')
  const mayManage = may(signedIn, 'manage-own-account')
  const [browsers, factorReset, history] = await Promise.all([
    rememberedBrowsers.list(user),
    factorResets.find(user.id),
    audit.history(user.id),
  ])
  const names = await userAdmin.findNames(history.map(({ actorId }) => actorId))
  const outcome = outcomeOf(await searchParams)

  return (
    <div className="flex flex-col gap-8">
      <h1 className="text-xl sm:text-2xl">{words('security.title')}</h1>
      {outcome !== null && <Outcome kind={outcome.kind}>{words(outcome.message)}</Outcome>}
      {factorReset !== null && (
        <FactorResetCard
          words={words}
          dueAt={factorReset.dueAt}
          mayStop={mayManage}
          now={session.now}
          timeZone={timeZone}
        />
      )}
      <LogInCard
        words={words}
        user={user}
        mayChangePassword={mayChange}
        mayChangeFactors={mayManage}
        isQuiet={mayChange && addressToVerify(user) !== null}
        now={session.now}
        timeZone={timeZone}
      />
      <EmailCard words={words} user={user} mayChange={mayChange} />
      <SessionsCard words={words} sessions={await sessions.list(user.id)} current={session} timeZone={timeZone} />
      {browsers.length > 0 && <BrowsersCard words={words} browsers={browsers} now={session.now} timeZone={timeZone} />}
      <HistoryList
        words={words}
        entries={history}
        names={names}
        personId={user.id}
        now={session.now}
        timeZone={timeZone}
      />
    </div>
  )
}
