// Checks one property against this run's number of cases. A failure says how to repeat it.
import fc from 'fast-check'
import { casePath, looks, runs, seed, seedFor } from './scale.ts'

/** Sends the cases in batches and calls `look` after each. */
export async function holdsFor<Case>(
  name: string,
  cases: fc.Arbitrary<Case>,
  { one, look }: { one: (drawn: Case) => Promise<void>; look: () => Promise<void> },
): Promise<void> {
  for (let batch = 0; batch < looks; batch += 1) {
    const from = seed + batch
    const details = await fc.check(fc.asyncProperty(cases, one), {
      numRuns: Math.ceil(runs / looks),
      seed: seedFor(name, from),
      ...(casePath !== undefined && { path: casePath }),
    })
    if (details.failed) {
      const again = `FUZZ_SEED=${from} FUZZ_PATH=${details.counterexamplePath} npm run fuzz -- -t '${name}'`
      throw new Error(`${await fc.asyncDefaultReportMessage(details)}\nRepeat it with:\n  ${again}`, {
        cause: details.errorInstance,
      })
    }
    try {
      await look()
    } catch (cause) {
      throw new Error(
        `After ${details.numRuns} requests. Repeat them with:\n  FUZZ_SEED=${from} npm run fuzz -- -t '${name}'`,
        {
          cause,
        },
      )
    }
  }
}
