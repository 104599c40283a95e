import type { Metadata } from 'next'
import type { DraftWords } from '#app/session/draft-offer.tsx'
import { ActionForm } from '#app/ui/action-form.tsx'
import { CharactersLeft } from '#app/ui/characters-left.tsx'
import { Field } from '#app/ui/field.tsx'
import { FormAlert } from '#app/ui/form-alert.tsx'
import { Notice } from '#app/ui/notice.tsx'
import { SubmitButton } from '#app/ui/submit-button.tsx'
import { TextArea } from '#app/ui/text-area.tsx'
import { ageMax, bioMax, fullNameMax } from '#lib/features/profile/profile.ts'
import { services } from '#lib/services.ts'
import { requirePermission } from '#lib/web/current-user.ts'
import { formTag } from '#lib/web/form-fields.ts'
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
  const { formDrafts } = await services()
  const kept = await formDrafts.find(session.id, '/profile/edit')
  const { fullName, bio, age } = user.profile

  return (
    <div className="flex flex-col gap-6">
      <div>
        <h1 className="text-xl sm:text-2xl">{words('profile_edit.title')}</h1>
        <p className="mt-2 text-muted">{words('profile_edit.lead')}</p>
      </div>
      <div className="card p-6">
        <ActionForm
          action={saveProfile}
          keep={{ owner: { person: user.id, startedAt: session.startedAt }, words: draftWords(words) }}
        >
          <FormAlert>{kept !== null && <Notice kind="warn">{words('kept_form.notice')}</Notice>}</FormAlert>
          <input type="hidden" name={formTag} value={formDrafts.tagFor(session.id, user.id)} />
          <Field
            name="fullName"
            label={words('fields.full_name')}
            hint={words('profile_edit.full_name_hint', { max: fullNameMax })}
            value={kept?.fullName ?? fullName}
            autoComplete="name"
            dir="auto"
          />
          <TextArea
            name="bio"
            label={words('fields.bio')}
            hint={words('profile_edit.bio_hint', { max: bioMax })}
            value={kept?.bio ?? bio}
          >
            <CharactersLeft
              name="bio"
              max={bioMax}
              leftWords={words.raw('profile_edit.bio_left')}
              overWords={words.raw('profile_edit.bio_over')}
            />
          </TextArea>
          <Field
            name="age"
            label={words('fields.age')}
            hint={words('profile_edit.age_hint', { max: ageMax })}
            value={kept?.age ?? (age === null ? '' : String(age))}
            autoComplete="off"
            inputMode="numeric"
            className="figures max-w-32"
          />
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

function draftWords(words: Words): DraftWords {
  return {
    kept: words.raw('draft.kept'),
    restore: words('draft.restore'),
    discard: words('draft.discard'),
    restored: words('draft.restored'),
  }
}
