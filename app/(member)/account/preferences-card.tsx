import { Colours } from '#app/colours.tsx'
import { readPreferences } from '#lib/web/cookies/preferences.ts'
import { zoneName } from '#lib/words/time.ts'
import { languageName, type Words } from '#lib/words/words.ts'
import { TimeZoneForm } from './time-zone-form.tsx'

/** What applies to this browser. An impersonating admin sees it, since the browser is the admin's. */
export async function PreferencesCard({ words, mayChoose }: { words: Words; mayChoose: boolean }) {
  const { timeZone } = await readPreferences()
  return (
    <section aria-labelledby="preferences" className="card flex flex-col gap-6 p-6">
      <div>
        <h2 id="preferences" className="text-lg">
          {words('account.preferences')}
        </h2>
        <p className="text-muted">{words('account.preferences_text')}</p>
      </div>
      <div className="flex w-60 max-w-full flex-col gap-2">
        {/* The switch itself says it to screen readers. */}
        <p aria-hidden="true" className="font-medium">
          {words('theme.label')}
        </p>
        <Colours />
      </div>
      <dl className="flex flex-col gap-6">
        <div>
          <dt className="font-medium">{words('account.language')}</dt>
          <dd className="text-muted">{languageName(words.locale)}</dd>
        </div>
        {!mayChoose && (
          <div>
            <dt className="font-medium">{words('account.time_zone')}</dt>
            <dd className="text-muted">
              {timeZone === null ? words('account.time_zone_unknown') : zoneName(timeZone)}
            </dd>
          </div>
        )}
      </dl>
      {mayChoose && (
        <div className="max-w-96">
          <TimeZoneForm words={words} />
        </div>
      )}
    </section>
  )
}
