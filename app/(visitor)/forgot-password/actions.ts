'use server'

import { redirect } from 'next/navigation'
import { after } from 'next/server'
import { forgotSchema } from '#lib/auth/forms.ts'
import { logError } from '#lib/core/log/log.ts'
import { countedAddress } from '#lib/core/rate-limits/counted-address.ts'
import { services } from '#lib/services.ts'
import { readVisitorForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { readRequestInfo } from '#lib/web/request-info.ts'

/** One answer for everybody, given before anybody is looked for: neither its words nor its time tell who is known. */
export async function askForLink(_previous: FormState, posted: FormData): Promise<FormState> {
  const form = await readVisitorForm(posted, forgotSchema)
  if (!form.ok) return form.state
  const { recovery, audit, rateLimits } = await services()
  const by = await readRequestInfo()
  const waitMs = await rateLimits.take('reset-ask', countedAddress(by.address))
  if (waitMs > 0) return form.refuse({ code: 'ask_too_often', waitMs })
  const waitForNameMs = await recovery.waitToAsk(form.value.email, by)
  if (waitForNameMs > 0) return form.refuse({ code: 'reset_mail_too_often', waitMs: waitForNameMs })
  after(async () => {
    try {
      const subjectId = await recovery.ask(form.value.email, by)
      await audit.record({ event: 'password.reset_asked', actorId: null, subjectId, address: by.address })
    } catch (error) {
      logError('reset_not_sent', error)
    }
  })
  redirect('/forgot-password?sent=1')
}
