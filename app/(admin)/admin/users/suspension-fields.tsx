import { Field } from '#app/ui/field.tsx'
import { readPreferences } from '#lib/web/cookies/preferences.ts'
import { zoneName } from '#lib/words/time.ts'
import type { Words } from '#lib/words/words.ts'

/** Why, and until when. */
export async function SuspensionFields({ words }: { words: Words }) {
  const { timeZone } = await readPreferences()
  return (
    <>
      <Field name="reason" label={words('fields.reason')} hint={words('admin.suspend.reason_hint')} required />
      <Field
        name="lastDay"
        label={words('fields.last_day')}
        hint={words('admin.suspend.last_day_hint', { zone: zoneName(timeZone) })}
        type="date"
        className="max-w-48"
      />
    </>
  )
}
