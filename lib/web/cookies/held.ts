// What a browser holds beside its session: a log-in that waits for the second factor, a passkey's challenge, and the
// tokens of users who asked to be remembered.
import 'server-only'
import { cookies } from 'next/headers'
import { days, minutes } from '#lib/core/clock.ts'
import type { Held } from '#lib/core/command.ts'
import { logInStepMs, passkeyChallengeMs, rememberedBrowserMs } from '#lib/core/lifetimes.ts'
import { services } from '#lib/services.ts'
import { cookieNameOn, cookieOptionsOn } from './cookie-attributes.ts'

/** The browser also drops them, but the server decides. */
const cookiesHeld = {
  logInStep: { name: 'log-in-step', lifeMs: logInStepMs },
  passkeyChallenge: { name: 'passkey-challenge', lifeMs: passkeyChallengeMs },
  remembered: { name: 'remembered', lifeMs: rememberedBrowserMs },
  /** The next page lets the browser create a passkey. */
  upgrade: { name: 'passkey-upgrade', lifeMs: minutes(1) },
  upgraded: { name: 'passkey-upgraded', lifeMs: days(30) },
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

/** Lets the browser create a passkey without a question: once in 30 days, whatever comes of it. */
export async function offerUpgrade(): Promise<void> {
  if ((await read('upgraded')) !== '') return
  await write('upgrade', '1')
  await write('upgraded', '1')
}

export async function isUpgradeOffered(): Promise<boolean> {
  return (await read('upgrade')) !== ''
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
