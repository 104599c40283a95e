import { ActionForm } from '#app/ui/action-form.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { Select } from '#app/ui/select.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { readPreferences, timeZones } from '#lib/web/cookies/preferences.ts'
import { zoneName } from '#lib/words/time.ts'
import type { Words } from '#lib/words/words.ts'
import { chooseTimeZone } from './actions.ts'

const regions = Map.groupBy(
  timeZones.filter((zone) => zone.includes('/')),
  (zone) => zone.slice(0, zone.indexOf('/')),
)
const withoutRegion = timeZones.filter((zone) => !zone.includes('/'))

export async function TimeZoneForm({ words }: { words: Words }) {
  const { chosenTimeZone, browserTimeZone } = await readPreferences()
  const hint =
    browserTimeZone === null
      ? words('account.time_zone_hint_unknown')
      : words('account.time_zone_hint', { zone: zoneName(browserTimeZone) })
  return (
    <ActionForm action={chooseTimeZone}>
      <FormAlert />
      <Select name="timeZone" label={words('account.time_zone')} hint={hint} value={chosenTimeZone ?? ''}>
        <option value="">{words('account.time_zone_of_browser')}</option>
        {withoutRegion.map((zone) => (
          <option key={zone} value={zone}>
            {zone}
          </option>
        ))}
        {[...regions].map(([region, zones]) => (
          <optgroup key={region} label={region}>
            {zones.map((zone) => (
              <option key={zone} value={zone}>
                {placeOf(zone)}
              </option>
            ))}
          </optgroup>
        ))}
      </Select>
      <span>
        <SubmitButton
          look="quiet"
          label={words('account.preferences_submit')}
          pendingLabel={words('account.preferences_pending')}
        />
      </span>
    </ActionForm>
  )
}

/** "New York", "North Dakota, Center": without the region, so that typing the place finds it. */
function placeOf(zone: string): string {
  return zone.split('/').slice(1).join(', ').replaceAll('_', ' ')
}
