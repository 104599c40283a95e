// A user with an authenticator app, and what a browser holds between the steps of a log-in.
import { Secret, TOTP } from 'otpauth'
import { type Actor, execute, type Held } from '../../core/command.ts'
import type { Services } from '../../services.ts'
import { aLoginClient } from '../../services-for-test.ts'
import type { SessionRecord } from '../../stores/types.ts'
import { giveSecondFactor, logIn } from '../log-in/commands.ts'
import { signUp } from '../sign-up/commands.ts'
import { turnOn } from './commands.ts'

export const password = 'tangerine-walrus-umbrella'

/** What the app shows at this time. */
export function codeOn(key: string, at: number): string {
  return TOTP.generate({ secret: Secret.fromBase32(key), timestamp: at })
}

/** Six digits that the app shows neither now nor a step before or after. */
export function wrongCode(key: string, at: number): string {
  const shown = [-30_000, 0, 30_000].map((ms) => codeOn(key, at + ms))
  return ['111111', '222222', '333333', '444444'].find((code) => !shown.includes(code)) ?? ''
}

export function visitor({
  presented = null,
  client = aLoginClient(),
  ...held
}: Partial<Held> & Pick<Actor, 'presented' | 'client'> = {}): Actor & { client: NonNullable<Actor['client']> } {
  const holds = { logInStep: '', passkeyChallenge: '', rememberedTokens: [], ...held }
  return { id: '', role: null, session: null, isImpersonating: false, by: client.by, client, presented, held: holds }
}

export function actorOf(session: SessionRecord, presented: string): Actor {
  return { ...visitor({ presented }), id: session.userId, role: 'member', session }
}

/** The actor of a live session. */
export async function actorWith(app: Services, token: string): Promise<Actor> {
  const found = await app.sessions.check(token)
  if (!found.live) throw new Error(`The session is over: ${found.reason}`)
  return actorOf(found.session, token)
}

export async function signedUp(app: Services, username = 'alice'): Promise<Actor> {
  const form = { username, password, confirmPassword: password }
  const made = await execute(signUp, visitor(), form, app)
  if (!made.ok) throw new Error(made.code)
  return actorWith(app, made.value.token)
}

/** Signs a user up and turns the app on. Its present code is used up. */
export async function enrolled(app: Services, username = 'alice') {
  const before = await signedUp(app, username)
  const user = await app.accounts.findActive(before.id)
  if (user === null) throw new Error('Nobody signed up.')
  const { key } = await app.twoFactor.enrolment(user, before.session?.id ?? '')
  const code = codeOn(key, app.clock())
  const on = await execute(turnOn, before, { code }, app)
  if (!on.ok) throw new Error(on.code)
  const { token, recoveryCodes } = on.value
  return { key, code, recoveryCodes: recoveryCodes ?? [], before, actor: await actorWith(app, token ?? '') }
}

/** The sealed step of a log-in that waits for the second factor. */
export async function passwordGiven(app: Services, by: Partial<Actor> = {}, typed = { username: 'alice', password }) {
  const done = await execute(logIn, { ...visitor(), ...by }, typed, app)
  if (!done.ok) throw new Error(done.code)
  if (done.value.next !== 'factor') throw new Error('The log-in waits for nothing.')
  return done.value.logInStep
}

export function giveCode(app: Services, logInStep: string, code: string, more: { remember?: 'on' } = {}) {
  return execute(giveSecondFactor, visitor({ logInStep }), { code, ...more }, app)
}
