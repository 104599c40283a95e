import type { ReactNode } from 'react'
import type { Factors } from '#lib/auth/factors.ts'
import type { Words } from '#lib/words/words.ts'

/** A user's second factors, one a line. `children` shows a time. */
export function FactorList({
  words,
  factors,
  isRequired,
  children,
}: {
  words: Words
  factors: Factors
  isRequired: boolean
  children: (at: number) => ReactNode
}) {
  const { totpSince, passkeyCount, recoveryCodesLeft, hasSecondFactor } = factors
  return (
    <>
      {totpSince === null && passkeyCount === 0 && <p>{words('admin.people.factors.none')}</p>}
      {totpSince !== null && (
        <p>{words.rich('admin.person.factor_app', { when: () => <span key="when">{children(totpSince)}</span> })}</p>
      )}
      {passkeyCount > 0 && <p>{words('admin.person.factor_passkeys', { count: passkeyCount })}</p>}
      {hasSecondFactor && <p>{words('admin.person.factor_codes', { count: recoveryCodesLeft })}</p>}
      {!hasSecondFactor && isRequired && (
        <span className="badge badge-warn">{words('admin.person.factor_missing')}</span>
      )}
    </>
  )
}
