// The site's own services for one command: the same rules, stores and audit trail as the server has, and its own log kept
// silent. While a server has a JSON folder, opening says so and nothing is done.
import type { z } from 'zod'
import { canonicalUsername } from '../auth/username.ts'
import { readSettings } from '../config.ts'
import { type Command, execute, type Outcome, operatorActor } from '../core/command.ts'
import type { Person } from '../features/user-admin/people.ts'
import { compose, openRuntime, type Services } from '../services.ts'
import { messageFor } from '../words/message-for.ts'
import { wordsFor } from '../words/words.ts'
import { refusal } from './terminal.ts'

/** Opens, works and closes, whatever comes of the work. */
export async function withSite<Answer>(work: (app: Services) => Promise<Answer>): Promise<Answer> {
  const runtime = await openRuntime({ ...readSettings(), logLevel: 'silent' })
  try {
    const answer = await work(compose(runtime))
    // What was posted is sent now if it can be, and by the next server otherwise.
    runtime.mail.open()
    return answer
  } finally {
    await runtime.mail.close()
    await runtime.stores.close()
    await runtime.rateLimits.close()
    await runtime.strength.close()
  }
}

/** Rejects with a sentence when nobody is called that. */
export async function findPerson({ people }: Services, username: string): Promise<Person> {
  const canonical = canonicalUsername(username)
  const person = canonical === null ? null : await people.findByUsername(canonical)
  if (person === null) throw refusal(`Nobody is called ${JSON.stringify(username)}.`)
  return person
}

/** Runs a command as the operator. An input that its schema refuses rejects with the sentence of the web's form. */
export async function executeAsOperator<Schema extends z.ZodObject, Ran extends Outcome>(
  command: Command<string, Schema, Ran>,
  input: z.input<Schema>,
  app: Services,
): Promise<Ran> {
  const outcome = await execute(command, operatorActor(app.clock()), input, app)
  if ('issues' in outcome) throw refusal(inputSentence(outcome.issues))
  // The operator needs no permission, and has no session that could be too old.
  return outcome as Ran
}

function inputSentence([issue]: z.core.$ZodIssue[]): string {
  const args = issue?.code === 'custom' ? issue.params : {}
  return messageFor(wordsFor('en'), { ...args, code: issue?.message ?? 'field_missing' }).text
}
