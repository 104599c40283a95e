import type { Metadata } from 'next'
import { Outcome } from '#app/ui/outcome.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { may, requireUser } from '#lib/web/guards/current-user.ts'
import { getWords } from '#lib/web/words.ts'
import { outcomeOf } from '../outcome.ts'
import { AccountCard } from './account-card.tsx'
import { PreferencesCard } from './preferences-card.tsx'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('account.title') }
}

/** What is the user's own besides the profile and its protection: name, preferences, data, leaving. */
export default async function AccountPage({ searchParams }: PageProps<'/account'>) {
  const signedIn = await requireUser('/account')
  const { user } = signedIn
  const words = await getWords()
  const outcome = outcomeOf(await searchParams)

  return (
    <div className="flex flex-col gap-8">
      <h1 className="text-xl sm:text-2xl">{words('account.title')}</h1>
      {outcome !== null && <Outcome kind={outcome.kind}>{words(outcome.message)}</Outcome>}
      <AccountCard id="username" title={words('account.username')} text={<Verbatim>{user.username}</Verbatim>}>
        {may(signedIn, 'change-account') && (
          <a href="/security/username" className="button">
            {words('account.change_username')}
          </a>
        )}
      </AccountCard>
      <PreferencesCard words={words} mayChoose={may(signedIn, 'manage-own-account')} />
      {may(signedIn, 'manage-own-account') && (
        <>
          <AccountCard id="data" title={words('account.export')} text={words('account.export_text')}>
            <a href="/security/export" className="button">
              {words('account.download')}
            </a>
          </AccountCard>
          <AccountCard id="leave" title={words('account.delete')} text={words('account.delete_text')}>
            <a href="/security/delete" className="button button-danger-quiet">
              {words('account.delete_link')}
            </a>
          </AccountCard>
        </>
      )}
    </div>
  )
}
