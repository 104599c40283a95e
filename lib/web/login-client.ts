// The client of a log-in attempt, for lib/auth/lockout.
import 'server-only'
import type { LoginClient } from '#lib/auth/lockout/lockout.ts'
import { readKnownDevice } from './cookies/known-device.ts'
import { readRequestInfo } from './request-info.ts'

export async function readLoginClient(): Promise<LoginClient> {
  return { by: await readRequestInfo(), isKnown: await readKnownDevice() }
}
