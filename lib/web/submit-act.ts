// A form whose whole purpose is one act of the table: read, and carried out now or after the password was given.
import 'server-only'
import { redirect } from 'next/navigation'
import { type Act, type ActName, actFields } from '#lib/interrupted-acts/interrupted-acts.ts'
import { placeOf } from './acts.ts'
import { readForm } from './form.ts'
import type { FormState } from './form-state.ts'
import type { LogIn } from './form-token.ts'
import { doWithRecentProof } from './recent-proof.ts'

/** For actions, behind their own guard, which knows the log-in. Ends the request, unless the form has to come back. */
export async function submitAct(name: ActName, posted: FormData, logIn: LogIn): Promise<FormState> {
  const form = await readForm(posted, actFields[name], logIn)
  if (!form.ok) return form.state
  // The table gives each name its fields.
  const act = { name, fields: form.value } as Act
  redirect(await doWithRecentProof(placeOf(act), act))
}
