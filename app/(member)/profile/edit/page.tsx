import type { Metadata } from 'next'
import { DraftOffer } from '#app/session/draft-offer.tsx'
import { ActionForm } from '#app/ui/action-form.tsx'
import { Breadcrumb } from '#app/ui/breadcrumb.tsx'
import { CharactersLeft } from '#app/ui/characters-left.tsx'
import { Field } from '#app/ui/field.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { Notice } from '#app/ui/notice.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { TextArea } from '#app/ui/text-area.tsx'
import { type ProfileField, profileFieldNames, ruleOf } from '#lib/core/profile.ts'
import { services } from '#lib/services.ts'
import { readPreferences } from '#lib/web/cookies/preferences.ts'
import { formTag } from '#lib/web/forms/form-fields.ts'
import { requirePermission } from '#lib/web/guards/current-user.ts'
import { getWords } from '#lib/web/words.ts'
import type { Words } from '#lib/words/words.ts'
import { saveProfile } from './actions.ts'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('profile_edit.title') }
}

export default async function EditProfilePage() {
  const { user, session } = await requirePermission('change-profile', '/profile/edit')
  const words = await getWords()
  const { chosenTimeZone } = await readPreferences()
  const { formDrafts } = await services()
  const kept = await formDrafts.find(session.id, '/profile/edit')

  return (
    <div className="flex max-w-form flex-col gap-6">
      <Breadcrumb words={words} to="profile" />
      <div>
        <h1 className="text-xl sm:text-2xl">{words('profile_edit.title')}</h1>
        <p className="mt-2 text-muted">{words('profile_edit.lead')}</p>
      </div>
      <div className="card p-6">
        <ActionForm action={saveProfile} isKept>
          <DraftOffer person={user.id} startedAt={session.startedAt} timeZone={chosenTimeZone} />
          <FormAlert>{kept !== null && <Notice kind="warn">{words('kept_form.notice')}</Notice>}</FormAlert>
          <input type="hidden" name={formTag} value={formDrafts.tagFor(session.id, user.id)} />
          {profileFieldNames.map((name) => (
            <ProfileInput
              key={name}
              words={words}
              name={name}
              value={kept?.[name] ?? String(user.profile[name] ?? '')}
            />
          ))}
          <div className="flex flex-wrap gap-3">
            <SubmitButton label={words('profile_edit.submit')} pendingLabel={words('profile_edit.pending')} />
            <a href="/profile" className="button">
              {words('profile_edit.cancel')}
            </a>
          </div>
        </ActionForm>
      </div>
    </div>
  )
}

function ProfileInput({ words, name, value }: { words: Words; name: ProfileField; value: string }) {
  const { kind, max, autoComplete = 'off' } = ruleOf(name)
  const label = words(`profile_fields.${name}.label`)
  const hint = words(`profile_fields.${name}.hint`, { max })
  if (kind === 'text') {
    return (
      <TextArea name={name} label={label} hint={hint} value={value}>
        <CharactersLeft
          name={name}
          max={max}
          leftWords={words.raw('profile_edit.characters_left')}
          overWords={words.raw('profile_edit.characters_over')}
        />
      </TextArea>
    )
  }
  const own = kind === 'number' ? ({ inputMode: 'numeric', className: 'figures max-w-32' } as const) : { dir: 'auto' }
  return <Field name={name} label={label} hint={hint} value={value} autoComplete={autoComplete} {...own} />
}
