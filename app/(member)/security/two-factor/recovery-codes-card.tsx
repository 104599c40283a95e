import { ActionForm } from '#app/ui/action-form.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import type { Words } from '#lib/words/words.ts'
import { renewCodes } from './actions.ts'

export function RecoveryCodesCard({ words, left }: { words: Words; left: number }) {
  return (
    <section aria-labelledby="codes" className="card">
      <div className="flex flex-col gap-4 p-6">
        <div>
          <h2 id="codes" className="text-lg">
            {words('two_factor.codes')}
          </h2>
          <p className="text-muted">{words('two_factor.codes_text')}</p>
        </div>
        <dl className="facts">
          <div>
            <dt>{words('two_factor.codes_left')}</dt>
            <dd>{words('two_factor.codes_count', { count: left })}</dd>
          </div>
        </dl>
      </div>
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 border-t border-line px-6 py-4">
        <p className="max-w-[28rem] text-sm text-pretty text-muted">{words('two_factor.new_codes_text')}</p>
        <ActionForm action={renewCodes}>
          <FormAlert />
          <SubmitButton
            look="quiet"
            label={words('two_factor.new_codes')}
            pendingLabel={words('two_factor.new_codes_pending')}
          />
        </ActionForm>
      </div>
    </section>
  )
}
