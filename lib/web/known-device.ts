// Whose log-ins this browser has seen before: a random name for the browser, and beside it a keyed hash for each person
// who logged in with it. It lets nobody in; without it, a log-in is one from a new device.
import 'server-only'
import { cookies } from 'next/headers'
import { isKeyedHash, keyedHash } from '#lib/crypto/keyed-hash.ts'
import { newId } from '#lib/crypto/random.ts'
import type { Runtime } from '#lib/services.ts'
import { cookieNameOn } from './cookie-name.ts'

type Needs = Pick<Runtime, 'settings' | 'sessionSecrets'>

const purpose = 'known-device'
/** People who share one browser; whoever logged in longest ago is forgotten first. */
const mostPeople = 8
const oneYearInSeconds = 31_536_000

/** Whether this person logged in with this browser before, and from now on they have. */
export async function recogniseDevice(userId: string, { settings, sessionSecrets }: Needs): Promise<boolean> {
  const jar = await cookies()
  const secure = settings.appOrigin.startsWith('https:')
  const name = cookieNameOn(settings.appOrigin, 'device')
  const [named = '', ...hashes] = (jar.get(name)?.value ?? '').split('.').slice(0, mostPeople + 1)
  const device = /^[0-9a-f]{32}$/.test(named) ? named : newId()
  const whose = JSON.stringify([device, userId])
  const others = hashes.filter((hash) => !isKeyedHash(hash, whose, purpose, sessionSecrets))
  const value = [device, keyedHash(whose, purpose, sessionSecrets), ...others].slice(0, mostPeople + 1).join('.')
  jar.set(name, value, { httpOnly: true, sameSite: 'lax', path: '/', secure, maxAge: oneYearInSeconds })
  return others.length < hashes.length
}
