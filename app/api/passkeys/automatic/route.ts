import { execute } from '#lib/core/command.ts'
import { orNotSaved } from '#lib/core/not-saved.ts'
import { addPasskey } from '#lib/features/passkeys/commands.ts'
import { services } from '#lib/services.ts'
import { actorOf } from '#lib/web/forms/run-command.ts'
import { findSignedIn } from '#lib/web/guards/current-user.ts'
import { isSameOrigin } from '#lib/web/guards/request-checks.ts'

const headers = { 'cache-control': 'no-store' }

/** An answer with a key and its attestation has about 2 kB. */
const maxBytes = 10_000

/** Stores the passkey that the browser created without a question. Only the script of the page reads the status. */
export async function POST(request: Request): Promise<Response> {
  const app = await services()
  const answer = (status: number) => new Response(null, { status, headers })
  if (!isSameOrigin(request.headers, app.settings.appOrigin)) return answer(403)
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return answer(413)
  const signedIn = await findSignedIn()
  if (signedIn === null) return answer(401)
  const input = { response: await request.text(), automatic: '1' }
  const added = await orNotSaved(execute(addPasskey, await actorOf(signedIn), input, app))
  return answer(added.ok ? 204 : 422)
}
