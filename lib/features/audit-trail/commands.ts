// An administrator exports the audit trail.

import { z } from 'zod'
import { command } from '../../core/command.ts'
import { adminReauthenticationMs } from '../../core/lifetimes.ts'
import { ok } from '../../core/result.ts'

export const exportAudit = command({
  name: 'audit.export',
  permission: 'see-audit',
  reauthenticate: adminReauthenticationMs,
  input: z.strictObject({ format: z.enum(['csv', 'jsonl']) }),
  audit: 'audit.exported',
  subject: () => null,
  async run({ rateLimits }, { format }, { id }) {
    const waitMs = await rateLimits.take('export', id)
    if (waitMs > 0) return { ok: false, code: 'export_too_often', waitMs, isRecorded: false }
    return { ...ok(null), detail: { format } }
  },
})
