// The page with each command's form, and the page after it.
import 'server-only'
import { revalidatePath } from 'next/cache'
import type { z } from 'zod'
import type { Commands } from '#lib/commands.ts'
import { services } from '#lib/services.ts'
import { showOnce } from './handed-over.ts'
import { forgetMailedSecret } from './mailed-secret.ts'

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
}

type PagesOf<Name extends WebCommandName> = CommandPages<
  z.output<Commands[Name]['input']>,
  Extract<Awaited<ReturnType<Commands[Name]['run']>>, { ok: true }>['value']
>

type OfOperator = { [Name in keyof Commands]: Commands[Name]['permission'] extends 'operator' ? Name : never }
export type WebCommandName = Exclude<keyof Commands, OfOperator[keyof Commands]>

const userPath = ({ id }: { id: string }) => `/admin/users/${encodeURIComponent(id)}`
const onUserPage = (done: string) => ({
  path: '/admin/users',
  pathFor: userPath,
  next: (_value: unknown, input: { id: string }) => `${userPath(input)}?done=${done}`,
})

export const commandPages: { [Name in WebCommandName]: PagesOf<Name> } = {
  'users.change-role': onUserPage('role'),
  'users.suspend': onUserPage('suspended'),
  'users.resume': onUserPage('resumed'),
  'users.end-sessions': onUserPage('ended'),
  'users.unlock': onUserPage('unlocked'),
  'users.delete': onUserPage('deleted'),
  'users.restore': onUserPage('restored'),
  'users.start-reset': {
    ...onUserPage('reset'),
    async next({ token }, { id }) {
      if (token !== null) await showOnce('reset-password', id, token)
      return `${userPath({ id })}?done=reset`
    },
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
  'username.change': { path: '/security/username', staysInForm: true, next: () => '/security?username=changed' },
  'profile.save': {
    path: '/profile/edit',
    staysInForm: true,
    next() {
      // The sidebar shows the name: without this, React keeps the old one on the next page.
      revalidatePath('/', 'layout')
      return '/profile?saved=1'
    },
  },
}
