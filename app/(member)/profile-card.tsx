import { Steps } from '#app/ui/steps.tsx'
import type { Profile } from '#lib/stores/types.ts'
import type { Words } from '#lib/words/words.ts'

const parts = ['fullName', 'bio', 'age'] as const

/** Shows how complete the profile is, and the next step. */
export function ProfileCard({ words, profile, mayChange }: { words: Words; profile: Profile; mayChange: boolean }) {
  const missing = parts.filter((part) => profile[part] === '' || profile[part] === null)
  const [next] = missing
  const count = parts.length - missing.length

  return (
    <section aria-labelledby="your-profile" className="card flex flex-col gap-4 p-6">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 id="your-profile" className="text-lg">
          {words('home.profile.title')}
        </h2>
        <p className="figures text-sm text-muted">{words('home.profile.filled', { count, total: parts.length })}</p>
      </div>
      <Steps reached={count} of={parts.length} />
      <div className="flex flex-wrap items-center justify-between gap-4">
        {next === undefined && <p>{words('home.profile.complete')}</p>}
        {next !== undefined && mayChange && <p>{words(`home.profile.next.${next}`)}</p>}
        {next === undefined || !mayChange ? (
          <a href="/profile" className="button">
            {words('home.profile.view')}
          </a>
        ) : (
          <a href={`/profile/edit#${next}`} className="button button-primary">
            {words(`profile_fields.${next}.set`)}
          </a>
        )}
      </div>
    </section>
  )
}
