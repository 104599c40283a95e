// Recognises browsers of earlier log-ins (device-name.ts). It grants no access; without it, a log-in counts as one from
// a new device.
import 'server-only'
import { cookies } from 'next/headers'
import { type Runtime, services } from '#lib/services.ts'
import {
  type Device,
  type DeviceOwner,
  deviceCookieName,
  deviceCookieOptions,
  deviceOwnerIn,
  markOf,
  marksOfOthers,
  newDeviceId,
  readDevice,
  writeDevice,
} from './device-name.ts'

type Needs = Pick<Runtime, 'settings' | 'sessionSecrets'>

/** Returns whether this user logged in with this browser and password before, and marks the browser. */
export async function recogniseDevice(user: DeviceOwner, app: Needs): Promise<boolean> {
  const { settings, sessionSecrets } = app
  const device = (await readOwnDevice(app)) ?? { id: newDeviceId(user.id, sessionSecrets), marks: [] }
  const others = marksOfOthers(device, user, sessionSecrets)
  const value = writeDevice({ id: device.id, marks: [markOf(device, user), ...others] }, sessionSecrets)
  const jar = await cookies()
  jar.set(deviceCookieName(settings.appOrigin), value, deviceCookieOptions(settings.appOrigin))
  return others.length < device.marks.length
}

/** Returns a function that tells whether a user logged in with this browser before. */
export async function readKnownDevice(): Promise<(user: DeviceOwner) => boolean> {
  const app = await services()
  const device = await readOwnDevice(app)
  return (user) => device !== null && marksOfOthers(device, user, app.sessionSecrets).length < device.marks.length
}

async function readOwnDevice({ settings, sessionSecrets }: Needs): Promise<Device | null> {
  return readDevice((await cookies()).get(deviceCookieName(settings.appOrigin))?.value ?? '', sessionSecrets)
}

/** An opaque text that identifies the browser's first user; null for a browser without log-ins. */
export async function readDeviceOwner(): Promise<string | null> {
  const { settings, sessionSecrets } = await services()
  return deviceOwnerIn((await cookies()).get(deviceCookieName(settings.appOrigin))?.value ?? '', sessionSecrets)
}
