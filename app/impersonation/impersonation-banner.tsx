import { Eye } from 'lucide'
import { Icon } from '#app/ui/line-icon.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { readPreferences } from '#lib/web/cookies/preferences.ts'
import type { SignedIn } from '#lib/web/guards/current-user.ts'
import { clockTime } from '#lib/words/time.ts'
import type { Words } from '#lib/words/words.ts'
import { EndImpersonationForm } from './end-impersonation-form.tsx'

/** Shown on every page while an admin impersonates a user. */
export async function ImpersonationBanner({
  words,
  signedIn: { user, session },
  impersonation,
}: {
  words: Words
  signedIn: SignedIn
  impersonation: NonNullable<SignedIn['impersonation']>
}) {
  const { timeZone } = await readPreferences()
  const text = words.rich('look.banner', {
    username: user.username,
    person: (name) => <Verbatim className="font-medium">{name}</Verbatim>,
    time: clockTime(words, impersonation.endsAt, session.now, timeZone),
  })
  return (
    <aside
      aria-label={words('look.label')}
      className="notice sticky top-20 z-[5] mb-8 flex flex-wrap items-center justify-between gap-x-6 gap-y-2 rounded-control border border-warn bg-warn-soft px-4 py-2 md:top-4 md:py-3 [@media(height<30rem)]:static"
    >
      <p className="flex min-w-0 flex-1 basis-60 gap-3 max-md:text-sm">
        <span className="pt-0.5 text-warn">
          <Icon drawing={Eye} />
        </span>
        <span>{text}</span>
      </p>
      <EndImpersonationForm words={words} look="quiet" />
    </aside>
  )
}
