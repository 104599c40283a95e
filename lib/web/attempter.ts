// Who tries a password, for lib/lockout.
import 'server-only'
import type { Attempter } from '#lib/lockout/lockout.ts'
import { readCircumstances } from './circumstances.ts'
import { readKnownDevice } from './known-device.ts'

export async function readAttempter(): Promise<Attempter> {
  return { by: await readCircumstances(), isKnown: await readKnownDevice() }
}
