import type { Metadata } from 'next'
import { PasskeyUpgrade } from '#app/passkeys/passkey-upgrade.tsx'
import { ActionForm } from '#app/ui/action-form.tsx'
import { safeNextPath } from '#lib/web/guards/next-path.ts'
import { requireRecentAuthentication } from '#lib/web/guards/recent-authentication.ts'
import { getWords } from '#lib/web/words.ts'
import { addPasskey } from '../actions.ts'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('passkeys.upgrade.title') }
}

/** After a log-in with the password: lets the browser save a passkey without a question, and goes on in any case. */
export default async function UpgradePage({ searchParams }: PageProps<'/security/passkeys/upgrade'>) {
  await requireRecentAuthentication('manage-own-account', '/security/passkeys/upgrade')
  const words = await getWords()
  const next = safeNextPath((await searchParams).next) ?? '/'
  return (
    <div className="flex max-w-[30rem] flex-col gap-6">
      <h1 className="text-xl sm:text-2xl">{words('passkeys.upgrade.title')}</h1>
      <p>{words('passkeys.upgrade.text')}</p>
      <ActionForm action={addPasskey}>
        <input type="hidden" name="automatic" value="1" />
        <input type="hidden" name="next" value={next} />
        <PasskeyUpgrade next={next} />
      </ActionForm>
      <a href={next} className="button self-start">
        {words('passkeys.continue')}
      </a>
    </div>
  )
}
