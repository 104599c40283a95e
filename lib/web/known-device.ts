// Whose log-ins this browser has seen before: a random name for the browser, which only this site can have given, and
// beside it a keyed hash for each person who logged in with it, good until they choose another password. It lets nobody in; without it, a log-in is one from a new
// device.
import 'server-only'
import { cookies } from 'next/headers'
import type { User } from '#lib/accounts/accounts.ts'
import { isKeyedHash, keyedHash } from '#lib/crypto/keyed-hash.ts'
import { type Runtime, services } from '#lib/services.ts'
import { deviceCookieName, deviceNameIn, newDeviceId, proveDeviceName } from './device-name.ts'

/** Who knew an earlier password alone is no better known than anybody. */
type Owner = Pick<User, 'id' | 'passwordChangedAt'>
type Needs = Pick<Runtime, 'settings' | 'sessionSecrets'>

const purpose = 'known-device'
/** People who share one browser; whoever logged in longest ago is forgotten first. */
const mostPeople = 8
const oneYearInSeconds = 31_536_000

/** Whether this person logged in with this browser and this password before, and from now on they have. */
export async function recogniseDevice(user: Owner, app: Needs): Promise<boolean> {
  const { settings, sessionSecrets } = app
  const { device, hashes } = await readDevice(app)
  const named = device ?? proveDeviceName(newDeviceId(user.id, sessionSecrets), sessionSecrets)
  const whose = whoseDevice(named, user)
  const others = hashes.filter((hash) => !isKeyedHash(hash, whose, purpose, sessionSecrets))
  const value = [named, keyedHash(whose, purpose, sessionSecrets), ...others].slice(0, mostPeople + 1).join('.')
  const secure = settings.appOrigin.startsWith('https:')
  const options = { httpOnly: true, sameSite: 'lax', path: '/', secure, maxAge: oneYearInSeconds } as const
  const jar = await cookies()
  jar.set(deviceCookieName(settings.appOrigin), value, options)
  return others.length < hashes.length
}

/** The question whether a person logged in with this browser before. */
export async function readKnownDevice(): Promise<(user: Owner) => boolean> {
  const app = await services()
  const { device, hashes } = await readDevice(app)
  return (user) =>
    device !== null && hashes.some((hash) => isKeyedHash(hash, whoseDevice(device, user), purpose, app.sessionSecrets))
}

async function readDevice({ settings, sessionSecrets }: Needs): Promise<{ device: string | null; hashes: string[] }> {
  const value = (await cookies()).get(deviceCookieName(settings.appOrigin))?.value ?? ''
  const device = deviceNameIn(value, sessionSecrets)
  return { device, hashes: device === null ? [] : value.split('.').slice(1, mostPeople + 1) }
}

const whoseDevice = (device: string, { id, passwordChangedAt }: Owner) =>
  JSON.stringify([device, id, passwordChangedAt])
