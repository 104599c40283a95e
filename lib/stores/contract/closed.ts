// The contract of a closed store.

import { describe, expect, it } from 'vitest'

import { collectionKinds } from '#lib/stores/kinds.ts'
import type { Collection, Stores } from '#lib/stores/types.ts'

import { type OpenFresh, openForEachTest } from './fresh.ts'
import {
  aLockout,
  always,
  aMail,
  anEntry,
  aSession,
  aUser,
  everybody,
  everyEntry,
  recordsOf,
  sampleOf,
} from './samples.ts'

export function describeClosed(name: string, open: OpenFresh): void {
  describe(`${name}: a closed store`, () => {
    let stores: Stores
    openForEachTest(open, (opened) => {
      stores = opened
    })

    it('rejects every call', async () => {
      const { users, sessions, tokens, mails, lockouts, credentialUses, audit, collections } = stores
      const calls = [
        () => stores.checkReady(),
        () => Array.fromAsync(stores.dump()),
        () => stores.replaceAll(recordsOf([])),
        () => users.insert(aUser()),
        () => users.find('id-of-alice'),
        () => users.findByUsername('alice'),
        () => users.update('id-of-alice', { locale: null }),
        () => users.changeEmail('id-of-alice', { email: null }),
        () => users.changeStanding('id-of-alice', { role: 'guest' }),
        () => users.list(everybody),
        () => sessions.insert(aSession()),
        () => sessions.find('session-1'),
        () => sessions.touch('session-1', 1, always),
        () => sessions.end(['session-1'], 'ended', 1),
        () => sessions.findEndReason('session-1'),
        () => sessions.listByUser('id-of-alice'),
        () => sessions.listDead(always, 1),
        () => sessions.forgetEnded(1),
        () => tokens.take('token-1', 'reset-password', 1),
        () => mails.add(aMail()),
        () => mails.claim(1_000, 2_000, 1),
        () => mails.findNextDue(),
        () => lockouts.count(aLockout(), 1_000),
        () => lockouts.removeOrphans(),
        () => credentialUses.advance({ id: 'a', userId: 'b', mark: 1, usedAt: 1 }),
        () => credentialUses.removeOrphans(),
        () => audit.append(anEntry()),
        () => audit.list(everyEntry),
        () => audit.dropBefore(1),
        ...collectionKinds.flatMap((kind) => {
          const records = collections[kind] as unknown as Collection<{ id: string }>
          return [
            () => records.put(sampleOf(kind, 1)),
            () => records.take('id-1'),
            () => records.find('id-1'),
            () => records.list({}, 1),
            () => records.deleteAll({}),
          ]
        }),
      ]
      await stores.close()
      for (const call of calls)
        await expect(call(), call.toString()).rejects.toMatchObject({ code: 'store_unavailable' })
    })
  })
}
