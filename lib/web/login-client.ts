// Who tries a password, for lib/lockout.
import 'server-only'
import type { LoginClient } from '#lib/lockout/lockout.ts'
import { readKnownDevice } from './known-device.ts'
import { readRequestInfo } from './request-info.ts'

export async function readLoginClient(): Promise<LoginClient> {
  return { by: await readRequestInfo(), isKnown: await readKnownDevice() }
}
