import { Mail } from 'lucide'
import { Icon } from '#app/ui/line-icon.tsx'
import { Verbatim } from '#app/ui/verbatim.tsx'
import type { User } from '#lib/auth/accounts.ts'
import { addressToVerify } from '#lib/features/email/addresses.ts'
import type { Words } from '#lib/words/words.ts'

/** The user's e-mail address and whether it is verified. */
export function EmailCard({ words, user, mayChange }: { words: Words; user: User; mayChange: boolean }) {
  const { email, emailVerifiedAt, newEmail } = user
  return (
    <section aria-labelledby="email" className="card flex flex-col gap-4 p-6">
      <div>
        <h2 id="email" className="text-lg">
          {words('security.email.title')}
        </h2>
        <p className="text-muted">{words('security.email.guards')}</p>
      </div>
      <div className="flex flex-wrap items-center justify-between gap-4">
        <div className="flex min-w-0 gap-3">
          <span className="pt-0.5 text-muted">
            <Icon drawing={Mail} />
          </span>
          <div className="min-w-0">
            {email === null && <p>{words('security.email.none')}</p>}
            {email !== null && (
              <Address address={email}>
                <span className={emailVerifiedAt === null ? 'badge badge-warn' : 'badge'}>
                  {words(emailVerifiedAt === null ? 'security.email.unverified' : 'security.email.verified')}
                </span>
              </Address>
            )}
            {newEmail !== null && (
              <div className="mt-3">
                <Address address={newEmail}>
                  <span className="badge badge-warn">{words('security.email.unverified')}</span>
                </Address>
                <p className="text-sm text-muted">{words('security.email.waiting')}</p>
              </div>
            )}
          </div>
        </div>
        {mayChange && (
          <div className="flex flex-wrap gap-3">
            {addressToVerify(user) !== null && (
              <a href="/verify-email" className="button button-primary">
                {words('security.email.verify')}
              </a>
            )}
            <a href="/security/email" className="button">
              {words(email === null ? 'security.email.add' : 'security.email.change')}
            </a>
          </div>
        )}
      </div>
    </section>
  )
}

function Address({ address, children }: { address: string; children: React.ReactNode }) {
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <Verbatim className="min-w-0 break-words">{address}</Verbatim>
      {children}
    </p>
  )
}
