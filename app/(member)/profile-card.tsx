import { Steps } from '#app/ui/steps.tsx'
import type { Profile } from '#lib/stores/types.ts'
import type { Words } from '#lib/words/words.ts'

const parts = ['fullName', 'bio', 'age'] as const

/** What is missing in the profile, and the next step. Nothing when it is complete. */
export function ProfileCard({ words, profile }: { words: Words; profile: Profile }) {
  const missing = parts.filter((part) => profile[part] === '' || profile[part] === null)
  const [next] = missing
  if (next === undefined) return null
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
        <p>{words(`home.profile.next.${next}`)}</p>
        <a href={`/profile/edit#${next}`} className="button button-primary">
          {words(`profile_fields.${next}.set`)}
        </a>
      </div>
    </section>
  )
}
