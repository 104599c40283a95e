import { ActionForm } from '#app/ui/action-form.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import type { Words } from '#lib/words/words.ts'
import { endImpersonation } from './actions.ts'

export function EndImpersonationForm({ words, look }: { words: Words; look: 'primary' | 'quiet' }) {
  return (
    <ActionForm action={endImpersonation}>
      <FormAlert />
      <SubmitButton look={look} label={words('look.stop')} pendingLabel={words('look.stop_pending')} />
    </ActionForm>
  )
}
