import { revalidatePath } from 'next/cache'
import { redirect } from 'next/navigation'
import { execute } from '#lib/core/command.ts'
import { orNotSaved } from '#lib/core/not-saved.ts'
import { savePicture } from '#lib/features/picture/commands.ts'
import { services } from '#lib/services.ts'
import { maxUploadBytes } from '#lib/web/forms/body-limit.ts'
import { findFormRefusal } from '#lib/web/forms/form.ts'
import { parseMultipart } from '#lib/web/forms/multipart.ts'
import { actorOf } from '#lib/web/forms/run-command.ts'
import { requirePermission } from '#lib/web/guards/current-user.ts'
import { refusalQuery } from '#lib/web/responses/refusal-query.ts'
import type { Refusal } from '#lib/words/message-for.ts'

/** A handler, not an action: actions take text only, and this body alone may be larger than a form's. */
export async function POST(request: Request): Promise<Response> {
  const signedIn = await requirePermission('change-profile', '/profile/picture')
  const type = request.headers.get('content-type') ?? ''
  const limits = { maxBody: maxUploadBytes, maxField: maxUploadBytes, isUpload: true }
  const form = await parseMultipart(type, await request.arrayBuffer(), limits)
  if (!form.ok) return backWith({ code: form.code === 'too_large' ? 'picture_heavy' : 'picture_missing' })
  const refusal = await findFormRefusal(form.value, signedIn.session)
  if (refusal !== null) return backWith(refusal)
  const [file, ...others] = form.value.getAll('picture')
  if (!(file instanceof File) || others.length > 0) return backWith({ code: 'picture_missing' })
  const input = { picture: Buffer.from(await file.arrayBuffer()) }
  const saved = await orNotSaved(execute(savePicture, await actorOf(signedIn), input, await services()))
  if (!saved.ok) return backWith(saved)
  // The sidebar shows the picture.
  revalidatePath('/', 'layout')
  return seeOther('/profile?picture=saved')
}

/** After a log-in, when the session ended before the upload. */
export async function GET(): Promise<Response> {
  await requirePermission('change-profile', '/profile/picture')
  redirect('/profile/picture')
}

function backWith(refusal: Refusal): Response {
  return seeOther(`/profile/picture?${refusalQuery(refusal)}`)
}

function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } })
}
