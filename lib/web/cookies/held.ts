// What a browser holds beside its session: a log-in that waits for the second factor, a passkey's challenge, and the
// tokens of users who asked to be remembered.
import 'server-only'
import { cookies } from 'next/headers'
import { days } from '#lib/core/clock.ts'
import type { Held } from '#lib/core/command.ts'
import { logInStepMs, passkeyChallengeMs, rememberedBrowserMs } from '#lib/core/lifetimes.ts'
import { services } from '#lib/services.ts'
import { cookieNameOn, cookieOptionsOn } from './cookie-attributes.ts'

/** The browser also drops them, but the server decides. */
const cookiesHeld = {
  logInStep: { name: 'log-in-step', lifeMs: logInStepMs },
  passkeyChallenge: { name: 'passkey-challenge', lifeMs: passkeyChallengeMs },
  remembered: { name: 'remembered', lifeMs: rememberedBrowserMs },
  upgrade: { name: 'passkey-upgrade', lifeMs: days(30) },
}
type HeldCookie = keyof typeof cookiesHeld

/** Users who share a browser. */
const mostTokens = 4
const separator = '.'

export async function readHeld(): Promise<Held> {
  const rememberedTokens = (await read('remembered')).split(separator).slice(0, mostTokens)
  return {
    logInStep: await read('logInStep'),
    passkeyChallenge: await read('passkeyChallenge'),
    rememberedTokens: rememberedTokens.filter((token) => token !== ''),
  }
}

export async function holdLogInStep(sealed: string): Promise<void> {
  await write('logInStep', sealed)
}

/** Once the log-in is complete or started anew. */
export async function dropLogInStep(): Promise<void> {
  await write('logInStep', '')
}

export async function holdPasskeyChallenge(sealed: string): Promise<void> {
  await write('passkeyChallenge', sealed)
}

/** Keeps the tokens of the browser's other users. */
export async function holdRemembered(token: string): Promise<void> {
  const { rememberedTokens } = await readHeld()
  await write('remembered', [token, ...rememberedTokens].slice(0, mostTokens).join(separator))
}

/** Whether a passkey may be created without a question: once per browser in 30 days, whatever comes of it. */
export async function isFirstUpgrade(): Promise<boolean> {
  const isFirst = (await read('upgrade')) === ''
  if (isFirst) await write('upgrade', '1')
  return isFirst
}

async function read(which: HeldCookie): Promise<string> {
  const { settings } = await services()
  return (await cookies()).get(cookieNameOn(settings.appOrigin, cookiesHeld[which].name))?.value ?? ''
}

async function write(which: HeldCookie, value: string): Promise<void> {
  const { settings } = await services()
  const { name, lifeMs } = cookiesHeld[which]
  const maxAge = value === '' ? 0 : lifeMs / 1000
  const jar = await cookies()
  jar.set(cookieNameOn(settings.appOrigin, name), value, { ...cookieOptionsOn(settings.appOrigin), maxAge })
}
