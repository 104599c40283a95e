import type { Metadata } from 'next'
import { Colours } from '#app/colours.tsx'
import { Notice } from '#app/ui/notice.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { readPreferences } from '#lib/web/cookies/preferences.ts'
import { may, requireUser } from '#lib/web/guards/current-user.ts'
import { getWords } from '#lib/web/words.ts'
import { languageName } from '#lib/words/words.ts'
import { outcomeOf } from '../outcome.ts'
import { AccountCard } from './account-card.tsx'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('account.title') }
}

/** What is the user's own besides the profile and its protection: name, preferences, data, leaving. */
export default async function AccountPage({ searchParams }: PageProps<'/account'>) {
  const signedIn = await requireUser('/account')
  const { user } = signedIn
  const words = await getWords()
  const { timeZone } = await readPreferences()
  const outcome = outcomeOf(await searchParams)

  return (
    <div className="flex flex-col gap-8">
      <h1 className="text-xl sm:text-2xl">{words('account.title')}</h1>
      {outcome !== null && <Notice kind={outcome.kind}>{words(outcome.message)}</Notice>}
      <AccountCard id="username" title={words('account.username')} text={<Verbatim>{user.username}</Verbatim>}>
        {may(signedIn, 'change-account') && (
          <a href="/security/username" className="button">
            {words('account.change_username')}
          </a>
        )}
      </AccountCard>
      <section aria-labelledby="preferences" className="card flex flex-col gap-4 p-6">
        <div>
          <h2 id="preferences" className="text-lg">
            {words('account.preferences')}
          </h2>
          <p className="text-muted">{words('account.preferences_text')}</p>
        </div>
        <div className="w-60 max-w-full">
          <Colours />
        </div>
        <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-[8rem_minmax(0,1fr)]">
          <dt className="text-muted">{words('account.language')}</dt>
          <dd>{languageName(words.locale)}</dd>
          <dt className="text-muted">{words('account.time_zone')}</dt>
          <dd>{timeZone === null ? words('account.time_zone_unknown') : timeZone.replaceAll('_', ' ')}</dd>
        </dl>
      </section>
      {may(signedIn, 'manage-own-account') && (
        <>
          <AccountCard id="data" title={words('account.export')} text={words('account.export_text')}>
            <a href="/security/export" className="button">
              {words('account.download')}
            </a>
          </AccountCard>
          <AccountCard id="leave" title={words('account.delete')} text={words('account.delete_text')}>
            <a href="/security/delete" className="button">
              {words('account.delete_link')}
            </a>
          </AccountCard>
        </>
      )}
    </div>
  )
}
