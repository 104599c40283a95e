// The page with each command's form, and the page after it.
import 'server-only'
import { revalidatePath } from 'next/cache'
import { after } from 'next/server'
import type { z } from 'zod'
import type { User } from '#lib/auth/accounts.ts'
import type { Commands } from '#lib/commands.ts'
import type { Completed } from '#lib/features/log-in/complete.ts'
import { services } from '#lib/services.ts'
import type { Refusal } from '#lib/words/message-for.ts'
import { fullTime } from '#lib/words/time.ts'
import { beginSession, continueSession } from '../cookies/begin-session.ts'
import { afterLogIn } from '../cookies/cookie-check.ts'
import { dropLogInStep, holdLogInStep, holdRemembered, offerUpgrade } from '../cookies/held.ts'
import { recogniseDevice } from '../cookies/known-device.ts'
import { forgetMailedSecret, type MailedPath } from '../cookies/mailed-secret.ts'
import { showOnce, showRecoveryCodes } from '../cookies/one-time-links.ts'
import { readPreferences } from '../cookies/preferences.ts'
import { safeNextPath } from '../guards/next-path.ts'
import { peopleListWith, peoplePath } from '../people-list.ts'
import { getWords } from '../words.ts'

export interface CommandPages<Input, Value> {
  /** The page with the form. After a log-in or re-authentication, the user comes back to it. */
  path: string
  /** Overrides `path` when the URL depends on the input. */
  pathFor?(input: Input): string
  next(value: Value, input: Input): string | Promise<string>
  /** The page after a refusal. Default: the page with the form, with the code in its query. */
  refused?: string
  /** The form shows refusals itself. */
  staysInForm?: true
  /** The page for some codes instead of the default; null keeps the default. */
  refusedAt?(code: string): Promise<string | null>
  /** A more specific message than the code's, for the form. */
  refusal?(outcome: Refusal): Promise<Refusal>
  /** The form belongs to the mailed link that its page showed. */
  mailed?: MailedPath
  beginsSession?: true
}

type PagesOf<Name extends WebCommandName> = CommandPages<
  z.output<Commands[Name]['input']>,
  Extract<Awaited<ReturnType<Commands[Name]['run']>>, { ok: true }>['value']
>

type OfOperator = { [Name in keyof Commands]: Commands[Name]['permission'] extends 'operator' ? Name : never }
/** Route handlers run these, and the re-authentication page continues with another command. */
type Answered = 'picture.save' | 'log-out' | 'account.export' | 'audit.export' | 'users.export' | 'session.confirm'
export type WebCommandName = Exclude<keyof Commands, OfOperator[keyof Commands] | Answered>

const userPath = ({ id }: { id: string }) => `/admin/users/${encodeURIComponent(id)}`
const onUserPage = (done: string) => ({
  path: '/admin/users',
  pathFor: userPath,
  next: (_value: unknown, input: { id: string }) => `${userPath(input)}?done=${done}`,
})

interface Several {
  count: number
  left: number
  refusals: string[]
}
const onPeoplePage = (did: string) => ({
  path: peoplePath,
  pathFor: ({ list }: { list?: string | undefined }) => peopleListWith(list),
  next({ count, left, refusals }: Several, { list }: { list?: string | undefined }) {
    const partly = left > 0 ? { left: `${left}`, why: refusals.join(' ') } : {}
    return peopleListWith(list, { did, count: `${count}`, ...partly })
  },
})

async function pageAfterLogIn({ token, user, isRestored }: Completed, next: string | undefined): Promise<string> {
  await dropLogInStep()
  await beginSession(token, user)
  return afterLogIn(isRestored ? '/?restored=1' : (safeNextPath(next) ?? '/'))
}

const passkeysPath = '/security/passkeys'

const onSignUpPage = {
  path: '/signup',
  mailed: '/signup',
  staysInForm: true,
  beginsSession: true,
  async refusedAt(code: string) {
    // The account exists now, and the link is used up.
    if (code === 'signed_up_only') await forgetMailedSecret('/signup', (await services()).settings.appOrigin)
    return null
  },
} as const

/** Returns the page that follows. */
async function beginAccount(
  { token, user, isUnproved }: { token: string; user: User; isUnproved: boolean },
  next: string | undefined,
): Promise<string> {
  const { settings } = await services()
  await forgetMailedSecret('/signup', settings.appOrigin)
  await beginSession(token, user)
  return isUnproved ? '/verify-email' : (safeNextPath(next) ?? '/')
}

/** For the account that the right password or passkey named. */
async function withSuspension(outcome: Refusal): Promise<Refusal> {
  const { until } = outcome as { until?: number | null }
  if (!until) return outcome
  const { timeZone } = await readPreferences()
  return { code: 'suspended_until', when: fullTime(await getWords(), until, timeZone) } as Refusal
}

/** The five minutes for the second factor are over. */
async function logInAgain(code: string): Promise<string | null> {
  if (code !== 'step_over') return null
  await dropLogInStep()
  return '/login?step=over'
}

/** Without a token, the session is over. */
async function afterFactorChange(token: string | null, path: string): Promise<string> {
  if (token !== null) await continueSession(token)
  return path
}

const twoFactorPath = '/security/two-factor'

function secondFactorPath(next: string | undefined): string {
  const path = safeNextPath(next)
  return path === null ? '/login/two-factor' : `/login/two-factor?${new URLSearchParams({ next: path })}`
}

export const commandPages: { [Name in WebCommandName]: PagesOf<Name> } = {
  'users.add': {
    path: '/admin/users/new',
    staysInForm: true,
    async next({ id, token }) {
      if (token !== null) await showOnce('reset-password', id, token)
      return `${userPath({ id })}?done=${token === null ? 'created_only' : 'created'}`
    },
  },
  'users.change-role': onUserPage('role'),
  'users.suspend': onUserPage('suspended'),
  'users.resume': onUserPage('resumed'),
  'users.end-sessions': onUserPage('ended'),
  'users.remove-picture': onUserPage('picture'),
  'users.unlock': onUserPage('unlocked'),
  'users.delete': onUserPage('deleted'),
  'users.restore': onUserPage('restored'),
  'users.change-role-of-several': onPeoplePage('role'),
  'users.suspend-several': onPeoplePage('suspend'),
  'users.end-sessions-of-several': onPeoplePage('sessions'),
  'users.start-reset': {
    ...onUserPage('reset'),
    async next({ token }, { id }) {
      if (token !== null) await showOnce('reset-password', id, token)
      return `${userPath({ id })}?done=reset`
    },
  },
  'users.start-factor-reset': onUserPage('factor_reset'),
  'two-factor.cancel-reset': {
    path: '/keep-second-factor',
    mailed: '/keep-second-factor',
    staysInForm: true,
    refusedAt: async (code) => (code === 'link_void' ? '/keep-second-factor' : null),
    async next() {
      await forgetMailedSecret('/keep-second-factor', (await services()).settings.appOrigin)
      return '/keep-second-factor?done=1'
    },
  },
  'two-factor.stop-reset': {
    path: '/security',
    next: () => '/security?factor_reset=stopped',
    refused: '/security?factor_reset=over',
  },
  'impersonation.start': { ...onUserPage(''), next: () => '/' },
  'impersonation.end': {
    path: '/',
    next(impersonation) {
      revalidatePath('/', 'layout')
      return impersonation === null ? '/' : `/admin/users/${impersonation.userId}`
    },
  },
  'invitations.create': {
    path: '/admin/invitations',
    async next({ id, token }) {
      if (token !== null) await showOnce('invitation', id, token)
      return `/admin/invitations?done=${token === null ? 'mailed' : 'made'}`
    },
  },
  'invitations.withdraw': {
    path: '/admin/invitations',
    next: () => '/admin/invitations?done=withdrawn',
    refused: '/admin/invitations?done=already',
  },
  'log-in': {
    path: '/login',
    staysInForm: true,
    beginsSession: true,
    refusal: withSuspension,
    async next(step, { next }) {
      if (step.next === 'factor') {
        await holdLogInStep(step.logInStep)
        return secondFactorPath(next)
      }
      const { factors } = step.user
      if (!factors.hasSecondFactor && factors.passkeyCount === 0) await offerUpgrade()
      return pageAfterLogIn(step, next)
    },
  },
  'log-in.second-factor': {
    path: '/login/two-factor',
    staysInForm: true,
    beginsSession: true,
    refusedAt: logInAgain,
    async next({ rememberedToken, ...completed }, { next }) {
      if (rememberedToken !== null) await holdRemembered(rememberedToken)
      return pageAfterLogIn(completed, next)
    },
  },
  'two-factor.turn-on': {
    path: twoFactorPath,
    staysInForm: true,
    async next({ user, token, recoveryCodes }) {
      if (recoveryCodes !== null) await showRecoveryCodes(user.id, recoveryCodes)
      return afterFactorChange(token, `${twoFactorPath}?done=on`)
    },
  },
  'two-factor.turn-off': {
    path: twoFactorPath,
    next: ({ token }) => afterFactorChange(token, `${twoFactorPath}?done=off`),
  },
  'two-factor.new-recovery-codes': {
    path: twoFactorPath,
    async next({ user, token, recoveryCodes }) {
      await showRecoveryCodes(user.id, recoveryCodes)
      return afterFactorChange(token, `${twoFactorPath}?done=codes`)
    },
  },
  'browsers.forget': {
    path: '/security',
    next: (isForgotten) => `/security?browser=${isForgotten ? 'forgotten' : 'already'}`,
  },
  'browsers.forget-all': { path: '/security', next: () => '/security?browser=all' },
  'log-in.passkey': {
    path: '/login',
    staysInForm: true,
    beginsSession: true,
    refusal: withSuspension,
    refusedAt: logInAgain,
    next: (completed, { next }) => pageAfterLogIn(completed, next),
  },
  'sign-up': { ...onSignUpPage, next: async (signedUp, { next }) => afterLogIn(await beginAccount(signedUp, next)) },
  'sign-up.passkey': {
    ...onSignUpPage,
    async next(signedUp, { next }) {
      await showRecoveryCodes(signedUp.user.id, signedUp.recoveryCodes)
      const query = new URLSearchParams({ done: 'signed-up', next: await beginAccount(signedUp, next) })
      return afterLogIn(`${passkeysPath}?${query}`)
    },
  },
  'passkeys.add': {
    path: passkeysPath,
    staysInForm: true,
    async next({ token, user, recoveryCodes }) {
      if (recoveryCodes !== null) await showRecoveryCodes(user.id, recoveryCodes)
      return afterFactorChange(token, `${passkeysPath}?done=${recoveryCodes === null ? 'added' : 'first'}`)
    },
  },
  'passkeys.rename': { path: passkeysPath, staysInForm: true, next: () => `${passkeysPath}?done=renamed` },
  'passkeys.remove': {
    path: passkeysPath,
    staysInForm: true,
    next: ({ token }) => afterFactorChange(token, `${passkeysPath}?done=removed`),
  },
  'setup.finish': {
    path: '/setup',
    mailed: '/setup',
    staysInForm: true,
    beginsSession: true,
    async refusedAt(code) {
      // The account was made, and the link used up.
      if (code === 'signed_up_only') await forgetMailedSecret('/setup', (await services()).settings.appOrigin)
      return null
    },
    async next({ token, user }) {
      const { settings } = await services()
      await forgetMailedSecret('/setup', settings.appOrigin)
      await beginSession(token, user)
      return afterLogIn('/admin')
    },
  },
  'password.ask-reset': {
    path: '/forgot-password',
    staysInForm: true,
    async next({ later }) {
      after(later)
      return '/forgot-password?sent=1'
    },
  },
  'password.reset': {
    path: '/reset-password',
    mailed: '/reset-password',
    staysInForm: true,
    refusedAt: async (code) => (code === 'link_void' ? '/reset-password' : null),
    async next(user) {
      const app = await services()
      await forgetMailedSecret('/reset-password', app.settings.appOrigin)
      // The browser with the link is the owner's: strangers on its network must not block the following log-in.
      if (user !== null) await recogniseDevice(user, app)
      return '/login?reset=1'
    },
  },
  'account.report-compromise': {
    path: '/not-me',
    mailed: '/not-me',
    staysInForm: true,
    async refusedAt(code) {
      if (code !== 'link_void') return null
      await forgetMailedSecret('/not-me', (await services()).settings.appOrigin)
      return '/not-me'
    },
    async next({ isMailed }) {
      await forgetMailedSecret('/not-me', (await services()).settings.appOrigin)
      return `/not-me?done=${isMailed ? 'mailed' : 'address_taken'}`
    },
  },
  'password.change': {
    path: '/security/password',
    staysInForm: true,
    refusal: async (outcome) => (outcome.code === 'password_wrong' ? { code: 'current_password_wrong' } : outcome),
    async next({ token, user }) {
      // This browser stays known; all others, including an attacker's, become unknown.
      await recogniseDevice(user, await services())
      if (token !== null) await continueSession(token)
      return '/security?changed=1'
    },
  },
  'sessions.end': { path: '/security', next: (isEnded) => `/security?ended=${isEnded ? '1' : 'already'}` },
  'sessions.end-others': { path: '/security', next: () => '/security?ended=others' },
  'account.delete': { path: '/security/delete', next: () => '/login?deleted=1' },
  'email.add': { path: '/security/email', staysInForm: true, next: () => '/verify-email' },
  'email.remove': {
    path: '/security/email',
    next: () => '/security?address=removed',
    refused: '/security?address=kept',
  },
  'email.verify': {
    path: '/verify-email',
    staysInForm: true,
    async next(what) {
      const { settings } = await services()
      await forgetMailedSecret('/verify-email', settings.appOrigin)
      return `/security?address=${what}`
    },
  },
  'email.send-code': { path: '/verify-email', staysInForm: true, next: () => '/verify-email?sent=1' },
  'username.change': {
    path: '/security/username',
    staysInForm: true,
    next() {
      renewFrame()
      return '/account?username=changed'
    },
  },
  'profile.save': {
    path: '/profile/edit',
    staysInForm: true,
    next() {
      renewFrame()
      return '/profile?saved=1'
    },
  },
  'picture.remove': {
    path: '/profile/picture',
    staysInForm: true,
    next() {
      revalidatePath('/', 'layout')
      return '/profile?picture=removed'
    },
  },
}

/** The sidebar shows the user's names: without this, React keeps the old ones on the next page. */
function renewFrame(): void {
  revalidatePath('/', 'layout')
}
