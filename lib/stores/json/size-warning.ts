// Up to how many people the JSON store is comfortable, and what to say when there are more.

import type { StoreLog } from '#lib/stores/log.ts'

/** Beyond it a durable write takes long enough to be felt: every commit writes the whole file. */
const comfortablePeople = 10_000

/** To be called with the number of people whenever it may have grown; says it once. */
export function createSizeWarning(path: string, log: StoreLog): (people: number) => void {
  let isSaid = false
  return (people) => {
    if (isSaid || people <= comfortablePeople) return
    isSaid = true
    log.warn(
      { event: 'store_large', path, people, comfortablePeople },
      `${path} holds more than ${comfortablePeople.toLocaleString('en')} people. Every sign-up and every saved profile writes the whole file, which gets slower with each; pages do not. The way out: npm run cli -- store migrate --to sqlite:… (see README, "Grow").`,
    )
  }
}
