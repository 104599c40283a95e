// A user exports all data that the site stores about them.

import { z } from 'zod'
import { command } from '../../core/command.ts'
import { ownReauthenticationMs } from '../../core/lifetimes.ts'
import { ok } from '../../core/result.ts'
import { exportUser } from './export.ts'

export const exportAccount = command({
  name: 'account.export',
  permission: 'manage-own-account',
  reauthenticate: ownReauthenticationMs,
  input: z.strictObject({}),
  audit: 'account.exported',
  async run({ stores, clock, rateLimits }, _input, { id }) {
    const waitMs = await rateLimits.take('export', id)
    if (waitMs > 0) return { ok: false, code: 'export_too_often', waitMs, isRecorded: false }
    return ok(await exportUser(id, stores, clock))
  },
})
