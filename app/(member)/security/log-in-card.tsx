import { Fingerprint, KeyRound, LifeBuoy, Smartphone } from 'lucide'
import type { ReactNode } from 'react'
import { Clock } from '#app/ui/clock.tsx'
import { Icon } from '#app/ui/line-icon.tsx'
import type { User } from '#lib/auth/accounts.ts'
import type { Words } from '#lib/words/words.ts'
import { nextFactor } from './next-factor.ts'

const links = { factor: '/security/two-factor', codes: '/security/two-factor', passkey: '/security/passkeys' } as const

interface Props {
  words: Words
  user: User
  mayChangePassword: boolean
  mayChangeFactors: boolean
  /** Another card has the page's primary button. */
  isQuiet: boolean
  now: number
  timeZone: string | null
}

/** What the user logs in with, and the one step that would protect the account next. */
export function LogInCard({ words, user, mayChangePassword, mayChangeFactors, isQuiet, now, timeZone }: Props) {
  const { passwordChangedAt, factors } = user
  const clock = (at: number) => <Clock key="when" at={at} now={now} timeZone={timeZone} words={words} />
  const next = mayChangeFactors ? nextFactor(factors) : null

  return (
    <section aria-labelledby="log-in" className="card flex flex-col">
      <div className="flex flex-col gap-4 p-6">
        <div>
          <h2 id="log-in" className="text-lg">
            {words('security.log_in.title')}
          </h2>
          <p className="text-muted">{words('security.log_in.guards')}</p>
        </div>
        {next !== null && (
          <div className="flex flex-wrap items-center justify-between gap-4">
            <p className="max-w-[26rem]">{words(`security.log_in.next.${next}`)}</p>
            <a href={links[next]} className={isQuiet ? 'button' : 'button button-primary'}>
              {words(`security.log_in.next.${next}_link`)}
            </a>
          </div>
        )}
      </div>
      <ul>
        <Row icon={<Icon drawing={KeyRound} />} title={words('security.log_in.password')}>
          <p className="text-muted">
            {!factors.hasPassword
              ? words('security.log_in.no_password')
              : passwordChangedAt === null
                ? words('security.log_in.never_changed')
                : words.rich('security.log_in.changed_at', { when: () => clock(passwordChangedAt) })}
          </p>
          {mayChangePassword && (
            <RowLink href="/security/password">
              {words(factors.hasPassword ? 'security.log_in.change' : 'security.log_in.set')}
            </RowLink>
          )}
        </Row>
        <Row icon={<Icon drawing={Smartphone} />} title={words('security.log_in.app')}>
          <p className="text-muted">
            {factors.totpSince === null
              ? words('security.log_in.app_off')
              : words.rich('security.log_in.app_on', { when: () => clock(factors.totpSince ?? 0) })}
          </p>
          {mayChangeFactors && (
            <RowLink href="/security/two-factor">
              {words(factors.hasTotp ? 'security.log_in.change_app' : 'security.log_in.add_app')}
            </RowLink>
          )}
        </Row>
        <Row icon={<Icon drawing={Fingerprint} />} title={words('security.log_in.passkeys')}>
          <p className="text-muted">{words('security.log_in.passkeys_count', { count: factors.passkeyCount })}</p>
          {mayChangeFactors && (
            <RowLink href="/security/passkeys">
              {words(factors.passkeyCount > 0 ? 'security.log_in.change_passkeys' : 'security.log_in.add_passkey')}
            </RowLink>
          )}
        </Row>
        {factors.hasSecondFactor && (
          <Row icon={<Icon drawing={LifeBuoy} />} title={words('security.log_in.recovery_codes')}>
            <p className="text-muted">{words('security.log_in.codes_left', { count: factors.recoveryCodesLeft })}</p>
            {mayChangeFactors && (
              <RowLink href="/security/two-factor#codes">{words('security.log_in.new_codes')}</RowLink>
            )}
          </Row>
        )}
      </ul>
    </section>
  )
}

function Row({ icon, title, children }: { icon: ReactNode; title: string; children: [ReactNode, ReactNode] }) {
  const [state, action] = children
  return (
    <li className="entry-line border-t border-line px-6 py-4">
      <span className="text-muted">{icon}</span>
      <div>
        <h3 className="font-medium">{title}</h3>
        {state}
      </div>
      {action}
    </li>
  )
}

function RowLink({ href, children }: { href: string; children: string }) {
  return (
    <a href={href} className="button">
      {children}
    </a>
  )
}
