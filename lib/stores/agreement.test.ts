import { describe, expect, it } from 'vitest'

import { createAgreement } from './agreement.ts'
import { aPasskey, aSession, aToken, aUser } from './contract/samples.ts'
import type { StoredRecord } from './types.ts'

function faultsOf(...records: StoredRecord[]): readonly string[] {
  const agreement = createAgreement()
  for (const record of records) agreement.add(record)
  return agreement.faults
}

const alice: StoredRecord = { kind: 'user', record: aUser() }
const session: StoredRecord = { kind: 'session', record: aSession() }
const ended: StoredRecord = { kind: 'ended', record: { id: 'session-1', reason: 'idle', at: 3_000 } }
const token: StoredRecord = { kind: 'token', record: aToken() }

describe('the agreement of records', () => {
  it('accepts records that agree', () => {
    const endedToo: StoredRecord = { kind: 'ended', record: { id: 'session-2', reason: 'idle', at: 3_000 } }
    const another: StoredRecord = { kind: 'token', record: aToken({ id: 'token-2', subject: 'id-of-bob' }) }
    expect(
      faultsOf(alice, { kind: 'user', record: aUser({ username: 'bob' }) }, session, endedToo, token, another),
    ).toEqual([])
  })

  it('finds two users with the same username', () => {
    expect(faultsOf(alice, { kind: 'user', record: aUser({ id: 'twin' }) })).toEqual([
      'The users id-of-alice and twin have the same username.',
    ])
  })

  it.each([alice, session, ended, token])('finds a second record with the same id: $kind', (record) => {
    const people = record === alice ? [] : [alice]
    expect(faultsOf(...people, record, record)).toEqual([expect.stringMatching(/^There are two records of the /)])
  })

  it('finds a session of an unknown user', () => {
    expect(faultsOf(session)).toEqual(['The session session-1 is of a user who does not exist.'])
  })

  it('finds a session that is live and ended, in either order', () => {
    const fault = 'The session session-1 is kept as live and as ended.'
    expect(faultsOf(alice, session, ended)).toEqual([fault])
    expect(faultsOf(alice, ended, session)).toEqual([fault])
  })

  it('finds a passkey that two users have', () => {
    const owner = (username: string, id: string): StoredRecord => {
      return { kind: 'user', record: aUser({ username, passkeys: [aPasskey({ id })] }) }
    }
    expect(faultsOf(owner('alice', 'a'), owner('bob', 'b'), owner('carol', 'a'))).toEqual([
      'The users id-of-alice and id-of-carol have the same passkey.',
    ])
  })

  it('finds two tokens with the same purpose and subject', () => {
    expect(faultsOf(token, { kind: 'token', record: aToken({ id: 'token-2' }) })).toEqual([
      'The tokens token-1 and token-2 are for the same purpose and subject.',
    ])
  })
})
