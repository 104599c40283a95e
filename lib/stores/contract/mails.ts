// The contract of the mail queue.

import { describe, expect, it } from 'vitest'

import type { MailStore } from '#lib/stores/types.ts'

import { type OpenFresh, openForEachTest } from './fresh.ts'
import { aMail } from './samples.ts'

export function describeMailStore(name: string, open: OpenFresh): void {
  describe(`${name}: mails`, () => {
    let mails: MailStore
    openForEachTest(open, (opened) => {
      mails = opened.mails
    })

    it('claims due mails, the longest waiting first', async () => {
      for (const [id, dueAt] of [
        ['later', 3_000],
        ['second', 2_000],
        ['first', 1_000],
      ] as const) {
        await mails.add(aMail({ id, dueAt }))
      }
      expect(await mails.findNextDue()).toBe(1_000)
      expect((await mails.claim(2_000, 9_000, 1)).map(({ id }) => id)).toEqual(['first'])
      expect((await mails.claim(2_000, 9_000, 5)).map(({ id }) => id)).toEqual(['second'])
      expect(await mails.findNextDue()).toBe(3_000)
    })

    it('claims mails that a wrong clock postponed beyond the latest possible time', async () => {
      for (const dueAt of [5_000, 5_001]) await mails.add(aMail({ id: `due-${dueAt}`, dueAt }))
      expect((await mails.claim(2_000, 3_000, 5, 5_000)).map(({ id }) => id)).toEqual(['due-5001'])
      expect(await mails.claim(2_000, 3_000, 5, 5_000)).toEqual([])
    })

    it('gives a mail to one of twenty concurrent callers, and again once the claim expired', async () => {
      await mails.add(aMail())
      const answers = await Promise.all(Array.from({ length: 20 }, () => mails.claim(1_000, 5_000, 10)))
      expect(answers.flat()).toEqual([aMail({ dueAt: 5_000, attempts: 1 })])
      expect(await mails.claim(4_999, 9_000, 10)).toEqual([])
      expect(await mails.claim(5_000, 9_000, 10)).toEqual([aMail({ dueAt: 9_000, attempts: 2 })])
    })

    it('claims mails dated by a clock far ahead, and corrects the date', async () => {
      await mails.add(aMail({ createdAt: 90_000, dueAt: 90_000 }))
      expect(await mails.claim(5_000, 6_000, 5, 90_000)).toEqual([])
      const corrected = aMail({ createdAt: 5_000, dueAt: 6_000, attempts: 1 })
      expect(await mails.claim(5_000, 6_000, 5, 89_999)).toEqual([corrected])
      expect(await mails.claim(5_000, 6_000, 5, 89_999)).toEqual([])
    })

    it('reschedules a mail for its claimer, but not once another caller claimed it', async () => {
      await mails.add(aMail())
      await mails.claim(1_000, 2_000, 1)
      await mails.claim(2_000, 3_000, 1)
      await mails.putOff('mail-1', 1, 8_000)
      expect(await mails.findNextDue()).toBe(3_000)
      await mails.putOff('mail-1', 2, 8_000)
      expect(await mails.findNextDue()).toBe(8_000)
      await mails.putOff('missing', 1, 8_000)
    })

    it('removes a sent mail once', async () => {
      await mails.add(aMail())
      expect(await mails.remove('mail-1')).toBe(true)
      expect(await mails.remove('mail-1')).toBe(false)
      expect(await mails.findNextDue()).toBeNull()
      expect(await mails.claim(9_000, 9_999, 5)).toEqual([])
    })
  })
}
