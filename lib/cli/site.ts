// Opens the site's services for one command: same rules, stores and audit trail as the server, with a silent log. Fails
// while a server uses the same JSON folder.
import type { z } from 'zod'
import { canonicalUsername } from '../auth/username.ts'
import { compose, openRuntime } from '../composition.ts'
import { readSettings } from '../config.ts'
import { type Command, execute, type Outcome, operatorActor } from '../core/command.ts'
import type { ManagedUser } from '../features/user-admin/user-admin.ts'
import type { Services } from '../services.ts'
import { messageFor } from '../words/message-for.ts'
import { wordsFor } from '../words/words.ts'
import { refusal } from './terminal.ts'

/** Closes the services even if `work` fails. */
export async function withSite<Answer>(work: (app: Services) => Promise<Answer>): Promise<Answer> {
  const runtime = await openRuntime({ ...readSettings(), logLevel: 'silent' })
  try {
    const answer = await work(compose(runtime))
    // Send queued mails now if possible; otherwise the next server sends them.
    runtime.mail.open()
    return answer
  } finally {
    await runtime.mail.close()
    await runtime.stores.close()
    await runtime.rateLimits.close()
    await runtime.strength.close()
  }
}

/** Rejects when no user has this name. */
export async function findUser({ userAdmin }: Services, username: string): Promise<ManagedUser> {
  const canonical = canonicalUsername(username)
  const user = canonical === null ? null : await userAdmin.findByUsername(canonical)
  if (user === null) throw unknownUser(username)
  return user
}

export function unknownUser(username: string): Error {
  return refusal(`No user is called ${JSON.stringify(username)}.`)
}

/** Runs a command as the operator. Rejects invalid input with the sentence that the web form shows. */
export async function executeAsOperator<Schema extends z.ZodObject, Ran extends Outcome>(
  command: Command<string, Schema, Ran>,
  input: z.input<Schema>,
  app: Services,
): Promise<Ran> {
  const outcome = await execute(command, operatorActor(app.clock()), input, app)
  if ('issues' in outcome) throw refusal(inputSentence(outcome.issues))
  // The operator needs no permission and no session, so these outcomes cannot occur.
  return outcome as Ran
}

function inputSentence([issue]: z.core.$ZodIssue[]): string {
  const args = issue?.code === 'custom' ? issue.params : {}
  return messageFor(wordsFor('en'), { ...args, code: issue?.message ?? 'field_missing' }).text
}
