// Stores a form draft when a form without script arrives after its session ended.
import type { NextRequest } from 'next/server'
import { isStoreUnavailable } from '#lib/core/not-saved.ts'
import type { Services } from '#lib/services.ts'
import { readToken } from '../guards/current-session.ts'
import { formTag, isFrameworkField, isSecretField } from './form-fields.ts'
import { parseMultipart } from './multipart.ts'

/** Ignores forms without a tag and browsers without a session. Never fails the request. */
export async function keepFormDraft(request: NextRequest, app: Services): Promise<void> {
  const { token } = await readToken(request.cookies, app)
  if (token === null) return
  const parsed = await parseMultipart(request.headers.get('content-type') ?? '', await request.clone().arrayBuffer())
  if (!parsed.ok) return
  const form = parsed.value
  const tag = form.get(formTag)
  if (typeof tag !== 'string') return
  const fields = Object.fromEntries(
    [...form].flatMap(([name, value]) =>
      typeof value !== 'string' || name === formTag || isFrameworkField(name) || isSecretField(name)
        ? []
        : [[name, value]],
    ),
  )
  const kept = app.formDrafts.keep(app.sessions.idOf(token), { path: request.nextUrl.pathname, tag, fields })
  await kept.catch((error: unknown) => {
    if (!isStoreUnavailable(error)) throw error
  })
}
