// Holds new requests at times until all others are answered, so that the store can be read at rest.

export interface Barrier {
  through<Answer>(work: () => Promise<Answer>): Promise<Answer>
  whileQuiet<Answer>(work: () => Promise<Answer>): Promise<Answer>
}

export function createBarrier(): Barrier {
  const underWay = new Set<Promise<unknown>>()
  let closed: Promise<unknown> | null = null

  async function waitUntilOpen(): Promise<void> {
    while (closed !== null) await closed
  }

  return {
    async through(work) {
      await waitUntilOpen()
      const answer = work()
      underWay.add(answer)
      try {
        return await answer
      } finally {
        underWay.delete(answer)
      }
    },

    async whileQuiet(work) {
      await waitUntilOpen()
      const { promise, resolve } = Promise.withResolvers<void>()
      closed = promise
      try {
        await Promise.allSettled(underWay)
        return await work()
      } finally {
        closed = null
        resolve()
      }
    },
  }
}
