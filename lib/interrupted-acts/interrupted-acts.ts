// What a person was about to do when the password was asked for once more: kept here until it is given, so that nothing
// has to be done twice and no browser carries it along. Knows which acts there are; carrying them out is lib/web/acts.ts.
import { z } from 'zod'
import { changeUsernameSchema, giveAddressSchema } from '../accounts/forms.ts'
import { type Clock, minutes } from '../clock.ts'
import { sha256 } from '../crypto/hash.ts'
import { newToken } from '../crypto/random.ts'
import { inviteSchema, lookSchema, personSchema, roleSchema, suspendSchema } from '../people/forms.ts'
import type { TokenRecord, TokenStore } from '../stores/types.ts'

/** Every act that may be kept, with the fields of its form. */
export const actFields = {
  'end-session': z.strictObject({ id: z.string() }),
  'end-other-sessions': z.strictObject({}),
  'give-address': giveAddressSchema,
  'remove-address': z.strictObject({}),
  'change-username': changeUsernameSchema,
  'delete-account': z.strictObject({}),
  'change-role': roleSchema,
  suspend: suspendSchema,
  resume: personSchema,
  'end-sessions-of': personSchema,
  'start-reset': personSchema,
  unlock: personSchema,
  'delete-person': personSchema,
  'restore-person': personSchema,
  'look-as': lookSchema,
  invite: inviteSchema,
  'withdraw-invitation': personSchema,
}

export type ActName = keyof typeof actFields
export type ActFields<Name extends ActName> = z.infer<(typeof actFields)[Name]>
export type Act<Name extends ActName = ActName> = { [One in Name]: { name: One; fields: ActFields<One> } }[Name]

const purpose = 'interrupted-act'
const keptMs = minutes(10)
const kept = z.strictObject({ name: z.string(), fields: z.unknown() })

export interface InterruptedActs {
  /** Keeps the act for ten minutes, in place of the one that this session had. Returns a handle, of use to it alone. */
  keep(sessionId: string, act: Act): Promise<string>
  /** Null when this session keeps no act under this handle. */
  find(sessionId: string, handle: string): Promise<Act | null>
  /** The same, once. */
  take(sessionId: string, handle: string): Promise<Act | null>
}

export function createInterruptedActs({ store, clock }: { store: TokenStore; clock: Clock }): InterruptedActs {
  async function find(sessionId: string, handle: string): Promise<Act | null> {
    const token = await store.find(idOf(handle), purpose, clock())
    return token?.subject === sessionId ? readAct(token) : null
  }

  return {
    async keep(sessionId, { name, fields }) {
      const handle = newToken()
      const createdAt = clock()
      await store.put({
        id: idOf(handle),
        purpose,
        subject: sessionId,
        detail: JSON.stringify({ name, fields }),
        createdAt,
        expiresAt: createdAt + keptMs,
        issuedBy: null,
      })
      return handle
    },

    find,

    async take(sessionId, handle) {
      // Looked at first: what another session presents stays where it is.
      if ((await find(sessionId, handle)) === null) return null
      const token = await store.take(idOf(handle), purpose, clock())
      return token === null ? null : readAct(token)
    },
  }
}

/** Made anew for every act, not from the session's id: a page then confirms the act that it showed and no later one. */
function idOf(handle: string): string {
  return sha256(`interrupted-act:${handle}`)
}

/** Null for an act that another version of the site kept and this one does not know. */
function readAct({ detail }: TokenRecord): Act | null {
  const { name, fields } = kept.parse(JSON.parse(detail))
  if (!Object.hasOwn(actFields, name)) return null
  const parsed = actFields[name as ActName].safeParse(fields)
  return parsed.success ? ({ name, fields: parsed.data } as Act) : null
}
