// The mail queue, in memory and in tokens.json.

import type { MailRecord, MailStore } from '#lib/stores/types.ts'

import type { JsonCollection } from './collections.ts'
import type { CommitQueue } from './commit-queue.ts'

export function createMailStore(mails: JsonCollection<MailRecord>, queue: CommitQueue): MailStore {
  return {
    add: (mail) => mails.put(mail),

    async claim(at, until, limit, latest = Number.POSITIVE_INFINITY) {
      return queue.run(() => {
        const due = [...mails.draft.values()]
          .filter(({ dueAt }) => dueAt <= at || dueAt > latest)
          .toSorted((a, b) => a.dueAt - b.dueAt)
          .slice(0, limit)
          .map((mail) => {
            const { attempts, createdAt } = mail
            return { ...mail, dueAt: until, attempts: attempts + 1, createdAt: Math.min(createdAt, at) }
          })
        for (const mail of due) mails.draft.set(mail)
        return due.map((mail) => ({ ...mail }))
      })
    },

    async putOff(id, attempts, dueAt) {
      return queue.run(() => {
        const mail = mails.draft.get(id)
        if (mail?.attempts === attempts) mails.draft.set({ ...mail, dueAt })
      })
    },

    remove: async (id) => (await mails.take(id)) !== null,

    async findNextDue() {
      queue.requireOpen()
      let next: number | null = null
      for (const { dueAt } of mails.values()) next = Math.min(dueAt, next ?? dueAt)
      return next
    },
  }
}
