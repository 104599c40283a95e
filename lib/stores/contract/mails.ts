// What every driver must do with mails that wait to be sent.

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

    it('hands out what is due, the longest waiting first', async () => {
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

    it('hands out what a wrong clock put off to after the latest time that can be', async () => {
      for (const dueAt of [5_000, 5_001]) await mails.add(aMail({ id: `due-${dueAt}`, dueAt }))
      expect((await mails.claim(2_000, 3_000, 5, 5_000)).map(({ id }) => id)).toEqual(['due-5001'])
      expect(await mails.claim(2_000, 3_000, 5, 5_000)).toEqual([])
    })

    it('gives a mail to one of twenty who ask at once, and again only when its time is over', async () => {
      await mails.add(aMail())
      const answers = await Promise.all(Array.from({ length: 20 }, () => mails.claim(1_000, 5_000, 10)))
      expect(answers.flat()).toEqual([aMail({ dueAt: 5_000, attempts: 1 })])
      expect(await mails.claim(4_999, 9_000, 10)).toEqual([])
      expect(await mails.claim(5_000, 9_000, 10)).toEqual([aMail({ dueAt: 9_000, attempts: 2 })])
    })

    it('hands out what a clock far ahead dated, and dates it anew', async () => {
      await mails.add(aMail({ createdAt: 90_000, dueAt: 90_000 }))
      expect(await mails.claim(5_000, 6_000, 5, 90_000)).toEqual([])
      const corrected = aMail({ createdAt: 5_000, dueAt: 6_000, attempts: 1 })
      expect(await mails.claim(5_000, 6_000, 5, 89_999)).toEqual([corrected])
      expect(await mails.claim(5_000, 6_000, 5, 89_999)).toEqual([])
    })

    it('puts off what its claimer could not send, and not what another has by now', async () => {
      await mails.add(aMail())
      await mails.claim(1_000, 2_000, 1)
      await mails.claim(2_000, 3_000, 1)
      await mails.putOff('mail-1', 1, 8_000)
      expect(await mails.findNextDue()).toBe(3_000)
      await mails.putOff('mail-1', 2, 8_000)
      expect(await mails.findNextDue()).toBe(8_000)
      await mails.putOff('missing', 1, 8_000)
    })

    it('removes what was sent, once', async () => {
      await mails.add(aMail())
      expect(await mails.remove('mail-1')).toBe(true)
      expect(await mails.remove('mail-1')).toBe(false)
      expect(await mails.findNextDue()).toBeNull()
      expect(await mails.claim(9_000, 9_999, 5)).toEqual([])
    })
  })
}
