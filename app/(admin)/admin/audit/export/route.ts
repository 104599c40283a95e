import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import { redirect } from 'next/navigation'
import { execute } from '#lib/core/command.ts'
import { exportAudit } from '#lib/features/audit-trail/commands.ts'
import { services } from '#lib/services.ts'
import type { AuditRecord } from '#lib/stores/types.ts'
import { readPreferences } from '#lib/web/cookies/preferences.ts'
import { actorOf } from '#lib/web/forms/run-command.ts'
import { requireAdmin } from '#lib/web/guards/recent-authentication.ts'
import { readTrailQuery, type TrailQuery } from '../trail-query.ts'

export const dynamic = 'force-dynamic'

const pageSize = 1000
const columns = [
  'seq',
  'at',
  'event',
  'outcome',
  'actorId',
  'subjectId',
  'network',
  'address',
  'detail',
  'previous',
  'id',
]

/** All entries of the query, newest first. Streams them page by page. */
export async function GET(request: Request): Promise<Response> {
  const signedIn = await requireAdmin('/admin/audit')
  const query = Object.fromEntries(new URL(request.url).searchParams)
  const asked = await readTrailQuery(query, (await readPreferences()).timeZone)
  const format = query.format === 'csv' ? 'csv' : 'jsonl'
  const allowed = await execute(exportAudit, await actorOf(signedIn), { format }, await services())
  if (!allowed.ok) redirect('/admin/audit?refused=export_too_often')
  const entries = Readable.from(asked === null ? [] : walk(asked))
  // Escapes cells that a spreadsheet would run as a formula (OWASP: CSV injection).
  const body =
    format === 'csv' ? entries.pipe(stringify({ header: true, columns, escape_formulas: true })) : entries.map(asLine)
  return new Response(Readable.toWeb(body) as ReadableStream, {
    headers: {
      'content-type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl',
      'content-disposition': `attachment; filename="gatehouse-audit.${format}"`,
      'cache-control': 'no-store',
    },
  })
}

async function* walk(asked: TrailQuery) {
  const { audit } = await services()
  for (let before = asked.before; ; ) {
    const entries = await audit.list({ ...asked, before, limit: pageSize })
    for (const entry of entries) yield shown(entry)
    const last = entries.at(-1)
    if (last === undefined || entries.length < pageSize) return
    before = last.seq
  }
}

/** Omits the salt and hash of the IP address. */
function shown({ addressSalt: _, addressHash: __, at, ...entry }: AuditRecord) {
  return { ...entry, at: new Date(at).toISOString() }
}

function asLine(entry: object): string {
  return `${JSON.stringify(entry)}\n`
}
