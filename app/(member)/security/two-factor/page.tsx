import type { Metadata } from 'next'
import { Breadcrumb } from '#app/ui/breadcrumb.tsx'
import { Notice } from '#app/ui/notice.tsx'
import { Outcome } from '#app/ui/outcome.tsx'
import { services } from '#lib/services.ts'
import { readRecoveryCodes } from '#lib/web/cookies/one-time-links.ts'
import { readPreferences } from '#lib/web/cookies/preferences.ts'
import { mustEnrol } from '#lib/web/guards/current-user.ts'
import { requireRecentAuthentication } from '#lib/web/guards/recent-authentication.ts'
import { oneOf } from '#lib/web/query.ts'
import { refusalIn } from '#lib/web/responses/refusal-query.ts'
import { getWords } from '#lib/web/words.ts'
import { messageFor } from '#lib/words/message-for.ts'
import { AppCard } from './app-card.tsx'
import { Enrolment } from './enrolment.tsx'
import { RecoveryCodesCard } from './recovery-codes-card.tsx'
import { ShownCodes } from './shown-codes.tsx'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('two_factor.title') }
}

export default async function TwoFactorPage({ searchParams }: PageProps<'/security/two-factor'>) {
  const signedIn = await requireRecentAuthentication('manage-own-account', '/security/two-factor')
  const { user, session } = signedIn
  const words = await getWords()
  const query = await searchParams
  const done = oneOf(query, 'done', ['on', 'off', 'codes'])
  const codes = done === null ? null : await readRecoveryCodes(user.id)
  if (codes !== null && done !== null) {
    return <ShownCodes words={words} codes={codes} said={words(`two_factor.done.${done}`)} next="/security" />
  }

  const { timeZone } = await readPreferences()
  const { twoFactor, passkeys, settings } = await services()
  const isRequired = await mustEnrol(signedIn)
  const refused = refusalIn(query)
  const { factors } = user
  const hasOwnPasskey = (await passkeys.list(user.id)).some(({ isAutomatic }) => !isAutomatic)
  const mustHaveOne = settings.requireTwoFactor.includes(user.role)

  return (
    <div className="flex flex-col gap-6">
      {!isRequired && <Breadcrumb words={words} to="security" />}
      <div>
        <h1 className="text-xl sm:text-2xl">{words('two_factor.title')}</h1>
        <p className="mt-2 text-muted">{words('two_factor.lead')}</p>
      </div>
      {isRequired && <Notice kind="note">{words('two_factor.required')}</Notice>}
      {done !== null && <Outcome kind="good">{words(`two_factor.done.${done}`)}</Outcome>}
      {refused !== null && <Notice kind="danger">{messageFor(words, refused).text}</Notice>}
      {factors.totpSince === null ? (
        <Enrolment words={words} enrolment={await twoFactor.enrolment(user, session.id)} isRequired={isRequired} />
      ) : (
        <AppCard
          words={words}
          since={factors.totpSince}
          lastUsedAt={await twoFactor.lastUsedAt(user.id)}
          now={session.now}
          timeZone={timeZone}
          rest={hasOwnPasskey ? 'passkey' : mustHaveOne ? 'required' : 'password'}
        />
      )}
      {factors.hasSecondFactor && <RecoveryCodesCard words={words} left={factors.recoveryCodesLeft} />}
    </div>
  )
}
