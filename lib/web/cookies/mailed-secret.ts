// Moves the secret of a mailed link from the URL into a cookie before the page is shown. Opening a link changes
// nothing, so that mail scanners that follow links do not use it up.
import { cookies } from 'next/headers'
import { type NextRequest, NextResponse } from 'next/server'
import { minutes } from '#lib/core/clock.ts'
import { isKeyedHash, keyedHash } from '#lib/core/crypto/keyed-hash.ts'
import { services } from '#lib/services.ts'
import { cookieNameOn, cookieOptionsOn } from './cookie-attributes.ts'

/** The pages of mailed links, and the parameter with the secret. */
const parameters = {
  '/verify-email': 'code',
  '/reset-password': 'token',
  '/not-me': 'token',
  '/keep-second-factor': 'token',
  '/signup': 'invitation',
  '/setup': 'token',
} as const
export type MailedPath = keyof typeof parameters

/** For redirects from middleware: Next puts the target into the body but sets no content type. */
export const redirectHeaders = { 'cache-control': 'no-store', 'content-type': 'text/plain; charset=utf-8' }

const keptMs = minutes(30)
const secretForm = /^[\w-]{1,64}$/

/** The redirect that removes the secret from the URL; null for a request without one. */
export function withoutMailedSecret({ nextUrl, method }: NextRequest, appOrigin: string): NextResponse | null {
  const path = nextUrl.pathname
  if (!isMailedPath(path) || (method !== 'GET' && method !== 'HEAD')) return null
  const secret = nextUrl.searchParams.get(parameters[path])
  if (secret === null) return null
  const headers = { ...redirectHeaders, 'referrer-policy': 'no-referrer' }
  const answer = NextResponse.redirect(new URL(path, nextUrl.origin), { status: 303, headers })
  if (secretForm.test(secret)) {
    answer.cookies.set(cookieName(path, appOrigin), secret, { ...cookieOptionsOn(appOrigin), maxAge: keptMs / 1000 })
  }
  return answer
}

/** Null when this browser opened no link to the page in the last half hour. */
export async function readMailedSecret(path: MailedPath): Promise<string | null> {
  const jar = await cookies()
  const { settings } = await services()
  const secret = jar.get(cookieName(path, settings.appOrigin))?.value ?? ''
  return secretForm.test(secret) ? secret : null
}

/**
 * The hidden field that says which secret (or none) the form's page showed: meanwhile another window can put another
 * secret into the cookie. It reveals nothing about the secret.
 */
export async function shownSecretHandle(path: MailedPath): Promise<string> {
  const { sessionSecrets } = await services()
  return keyedHash(handleText(path, await readMailedSecret(path)), handlePurpose, sessionSecrets)
}

/** Whether the handle matches the secret in the cookie. A form without a handle comes from a page without a secret. */
export async function isShownSecret(path: MailedPath, handle: unknown): Promise<boolean> {
  const { sessionSecrets } = await services()
  const secret = await readMailedSecret(path)
  if (handle === undefined) return secret === null
  const text = handleText(path, secret)
  return typeof handle === 'string' && isKeyedHash(handle, text, handlePurpose, sessionSecrets)
}

const handlePurpose = 'shown-secret'
const handleText = (path: MailedPath, secret: string | null) => `${path} ${secret ?? ''}`

/** For actions, after the secret was used. */
export async function forgetMailedSecret(path: MailedPath, appOrigin: string): Promise<void> {
  const jar = await cookies()
  jar.set(cookieName(path, appOrigin), '', { ...cookieOptionsOn(appOrigin), maxAge: 0 })
}

function isMailedPath(path: string): path is MailedPath {
  return Object.hasOwn(parameters, path)
}

const cookieName = (path: MailedPath, appOrigin: string) =>
  cookieNameOn(appOrigin, `mailed${path.replaceAll('/', '-')}`)
