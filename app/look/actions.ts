'use server'

import { revalidatePath } from 'next/cache'
import { redirect } from 'next/navigation'
import { z } from 'zod'
import { services } from '#lib/services.ts'
import { requireUser } from '#lib/web/current-user.ts'
import { readForm } from '#lib/web/form.ts'
import type { FormState } from '#lib/web/form-state.ts'
import { record } from '#lib/web/record.ts'

/** The one thing that can be done while looking as somebody else. */
export async function stopLooking(_previous: FormState, posted: FormData): Promise<FormState> {
  const { session } = await requireUser('/')
  const form = await readForm(posted, z.object({}), session)
  if (!form.ok) return form.state
  const { impersonations } = await services()
  const ended = await impersonations.end(session.id)
  revalidatePath('/', 'layout')
  if (ended === null) redirect('/')
  await record({ event: 'look.ended', actorId: ended.adminId, subjectId: ended.userId })
  redirect(`/admin/users/${ended.userId}`)
}
