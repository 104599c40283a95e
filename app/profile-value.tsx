import type { ReactNode } from 'react'
import { Verbatim } from '#app/ui/verbatim.tsx'
import { type ProfileField, ruleOf } from '#lib/core/profile.ts'
import type { Profile } from '#lib/stores/types.ts'

interface Props {
  profile: Profile
  name: ProfileField
  /** Shown for an empty field. */
  notSet: ReactNode
}

export function ProfileValue({ profile, name, notSet }: Props) {
  const value = profile[name]
  if (value === '' || value === null) return notSet
  switch (ruleOf(name).kind) {
    case 'line':
      return <Verbatim>{value}</Verbatim>
    case 'text':
      return (
        <p dir="auto" className="max-w-[68ch] whitespace-pre-line">
          {value}
        </p>
      )
    case 'number':
      return <span className="figures">{value}</span>
  }
}
