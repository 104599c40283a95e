import { ActionForm } from '#app/ui/action-form.tsx'
import { Clock } from '#app/ui/clock.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { parseDevice } from '#lib/core/device.ts'
import type { RememberedBrowser } from '#lib/stores/types.ts'
import { deviceName } from '#lib/words/sentences.ts'
import { clockTime } from '#lib/words/time.ts'
import type { Words } from '#lib/words/words.ts'
import { forgetBrowser, forgetBrowsers } from './actions.ts'

interface Props {
  words: Words
  /** Newest first. */
  browsers: readonly RememberedBrowser[]
  now: number
  timeZone: string | null
}

/** Browsers that need no second factor for a while. */
export function BrowsersCard({ words, browsers, now, timeZone }: Props) {
  const clock = (at: number) => <Clock at={at} now={now} timeZone={timeZone} words={words} />
  return (
    <section aria-labelledby="browsers" className="card flex flex-col">
      <div className="p-6">
        <h2 id="browsers" className="text-lg">
          {words('security.browsers.title')}
        </h2>
        <p className="text-muted">{words('security.browsers.guards')}</p>
      </div>
      <ul>
        {browsers.map(({ id, userAgent, createdAt, expiresAt }) => {
          const device = deviceName(words, parseDevice(userAgent))
          const when = clockTime(words, createdAt, now, timeZone)
          return (
            <li key={id} className="flex flex-wrap items-center justify-between gap-4 border-t border-line px-6 py-4">
              <div>
                <h3 className="font-medium">{device}</h3>
                <p className="figures text-sm text-muted">
                  {words('security.browsers.added')} {clock(createdAt)}
                  {' · '}
                  {words('security.browsers.until')} {clock(expiresAt)}
                </p>
              </div>
              <ActionForm action={forgetBrowser}>
                <FormAlert />
                <input type="hidden" name="id" value={id} />
                <SubmitButton
                  look="quiet"
                  label={words('security.browsers.forget')}
                  pendingLabel={words('security.browsers.forget_pending')}
                  about={words('security.browsers.forget_which', { device, when })}
                />
              </ActionForm>
            </li>
          )
        })}
      </ul>
      {browsers.length > 1 && (
        <div className="border-t border-line p-6 sm:grid sm:justify-items-end">
          <ActionForm action={forgetBrowsers}>
            <FormAlert />
            <SubmitButton
              look="quiet"
              label={words('security.browsers.forget_all')}
              pendingLabel={words('security.browsers.forget_pending')}
            />
          </ActionForm>
        </div>
      )}
    </section>
  )
}
