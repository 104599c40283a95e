// Races around the end of a session, in different orders of the store calls.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { seconds } from '../../core/clock.ts'
import { openTestServices, storeNames, type TestServices } from '../../services-for-test.ts'
import type { SessionCheck } from './sessions.ts'

const rounds = 1000

describe.each(storeNames)('at the moment of its end, on %s', (storeName) => {
  let opened: TestServices

  beforeEach(async () => {
    opened = await openTestServices({}, storeName)
    await opened.addPerson('alice')
  })
  afterEach(() => opened[Symbol.asyncDispose]())

  /** Runs the calls in a different order in each round, with the end among them. */
  async function askAround(round: number, token: string, end: () => unknown): Promise<SessionCheck[]> {
    const { sessions } = opened.app
    const answers: Promise<SessionCheck>[] = []
    for (let step = 0; step < 6; step += 1) {
      if (step === round % 7) await end()
      const ask = (round >> step) % 2 === 0 ? sessions.touch : sessions.check
      answers.push(ask(token))
      // Some calls reach the store before the next starts, others do not.
      if ((round >> (step + 3)) % 2 === 0) await Promise.resolve()
    }
    if (round % 7 === 6) await end()
    return Promise.all(answers)
  }

  test(`a log-out is final and reported once with its reason: ${rounds} interleavings [V7.4.1, T17, T20]`, async () => {
    const { sessions, stores } = opened.app
    for (let round = 0; round < rounds; round += 1) {
      const { token, session } = await sessions.start('alice')
      let ended: Promise<void> | undefined
      const answers = await askAround(round, token, () => {
        ended = sessions.end(token, 'signed-out')
      })
      await ended
      for (const answer of answers) {
        expect(answer.live ? answer.session.id : answer.reason).toBe(answer.live ? session.id : 'signed-out')
      }
      expect(await sessions.touch(token)).toEqual({ live: false, reason: 'signed-out' })
    }
    expect(await stores.sessions.listByUser('alice')).toEqual([])
    const kinds = (await Array.fromAsync(opened.app.stores.dump())).filter(({ kind }) => kind === 'ended')
    expect(kinds).toHaveLength(rounds)
  })

  test(`the window ends once for all requests: ${rounds} interleavings [T20]`, async () => {
    const { sessions } = opened.app
    for (let round = 0; round < rounds; round += 1) {
      const { token } = await sessions.start('alice')
      opened.advance(seconds(600) - 1)
      const answers = await askAround(round, token, () => opened.advance(1))
      // A request in time may have extended the window. Once one request saw the end, it is final.
      if (answers.some((answer) => !answer.live)) {
        expect(await sessions.touch(token)).toEqual({ live: false, reason: 'idle' })
      }
      opened.advance(seconds(600))
      expect(await sessions.touch(token)).toEqual({ live: false, reason: 'idle' })
    }
  })
})
