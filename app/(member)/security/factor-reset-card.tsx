import { TriangleAlert } from 'lucide'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Clock } from '#app/ui/clock.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { Icon } from '#app/ui/line-icon.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import type { Words } from '#lib/words/words.ts'
import { stopFactorReset } from './actions.ts'

interface Props {
  words: Words
  dueAt: number
  mayStop: boolean
  now: number
  timeZone: string | null
}

/** An administrator's removal of the second factors that waits. */
export function FactorResetCard({ words, dueAt, mayStop, now, timeZone }: Props) {
  return (
    <section
      aria-labelledby="factor-reset"
      className="notice flex gap-3 rounded-card border border-transparent bg-warn-soft p-6"
    >
      <span className="pt-1 text-warn">
        <Icon drawing={TriangleAlert} />
      </span>
      <div className="flex flex-col gap-4">
        <div>
          <h2 id="factor-reset" className="text-lg">
            {words('security.factor_reset.title')}
          </h2>
          <p>
            {words.rich('security.factor_reset.text', {
              when: () => <Clock key="when" at={dueAt} now={now} timeZone={timeZone} words={words} />,
            })}
          </p>
        </div>
        {mayStop && (
          <ActionForm action={stopFactorReset}>
            <FormAlert />
            <div>
              <SubmitButton
                look="quiet"
                label={words('security.factor_reset.stop')}
                pendingLabel={words('security.factor_reset.stop_pending')}
              />
            </div>
          </ActionForm>
        )}
      </div>
    </section>
  )
}
