// Runs a command on one user for each of several.
import { z } from 'zod'
import { type Actor, type Command, execute, type Outcome } from '../../core/command.ts'
import { ok } from '../../core/result.ts'
import type { Services } from '../../services.ts'

/** The length of a page of the list. */
export const selectedAtMost = 50

/** Ids as one text of a form, separated by commas. */
export const ids = z
  .string()
  .regex(/^[\w-]{1,64}(,[\w-]{1,64})*$/, 'selection_rule')
  .transform((text) => [...new Set(text.split(','))])
  .refine((all) => all.length <= selectedAtMost, 'selection_rule')

/** Leaves the admin's own account out, and continues after a refusal. Records no entry beside those of the users. */
export async function forEachUser<Schema extends z.ZodObject>(
  app: Services,
  actor: Actor,
  userIds: readonly string[],
  command: Command<string, Schema, Outcome>,
  input: Omit<z.input<Schema>, 'id'>,
) {
  const refusals = new Set<string>()
  let count = 0
  for (const id of userIds) {
    if (id === actor.id) {
      refusals.add('yourself')
      continue
    }
    if ((await app.rateLimits.take('selected-user', actor.id)) > 0) {
      refusals.add('selection_too_often')
      break
    }
    const outcome = await execute(command, actor, { ...input, id }, app)
    if (outcome.ok) count++
    else refusals.add(outcome.code)
  }
  return { ...ok({ count, left: userIds.length - count, refusals: [...refusals] }), isRecorded: false as const }
}
