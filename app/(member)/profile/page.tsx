import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { ProfileValue } from '#app/profile-value.tsx'
import { Avatar } from '#app/ui/avatar.tsx'
import { Outcome } from '#app/ui/outcome.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { type ProfileField, profileFieldNames } from '#lib/core/profile.ts'
import { may, requireUser } from '#lib/web/guards/current-user.ts'
import { getWords } from '#lib/web/words.ts'

export async function generateMetadata(): Promise<Metadata> {
  const words = await getWords()
  return { title: words('profile.title') }
}

export default async function ProfilePage({ searchParams }: PageProps<'/profile'>) {
  const signedIn = await requireUser('/profile')
  const { user } = signedIn
  const mayChange = may(signedIn, 'change-profile')
  const words = await getWords()
  const { saved, picture } = await searchParams

  const notSet = (name: ProfileField) => (
    <span className="flex flex-wrap items-baseline gap-x-4">
      <span className="text-muted">{words('fields.not_set')}</span>
      {mayChange && (
        <a href={`/profile/edit#${name}`} className="link">
          {words(`profile_fields.${name}.set`)}
        </a>
      )}
    </span>
  )

  return (
    <div className="flex flex-col gap-6">
      <div className="flex flex-wrap items-center justify-between gap-4">
        <div className="flex items-center gap-4">
          <Avatar person={user} size="large" />
          <div>
            <h1 className="text-xl sm:text-2xl">{words('profile.title')}</h1>
            {mayChange && (
              <a href="/profile/picture" className="link inline-block py-2.5">
                {words(user.picture === null ? 'profile.add_picture' : 'profile.change_picture')}
              </a>
            )}
          </div>
        </div>
        {mayChange && (
          <a href="/profile/edit" className="button">
            {words('profile.edit')}
          </a>
        )}
      </div>
      {saved === '1' && <Outcome kind="good">{words('profile.saved')}</Outcome>}
      {(picture === 'saved' || picture === 'removed') && (
        <Outcome kind="good">{words(`profile.picture_${picture}`)}</Outcome>
      )}
      <dl className="card divide-y divide-line px-6">
        <Entry label={words('fields.username')}>
          <Verbatim>{user.username}</Verbatim>
        </Entry>
        {profileFieldNames.map((name) => (
          <Entry key={name} label={words(`profile_fields.${name}.label`)}>
            <ProfileValue profile={user.profile} name={name} notSet={notSet(name)} />
          </Entry>
        ))}
      </dl>
    </div>
  )
}

function Entry({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid gap-x-6 gap-y-1 py-4 sm:grid-cols-[8rem_minmax(0,1fr)]">
      <dt className="text-muted max-sm:text-sm">{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}
