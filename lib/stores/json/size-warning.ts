// The number of users up to which the JSON store performs well, and the warning beyond it.

import type { StoreLog } from '#lib/stores/log.ts'

/** Beyond it writes become noticeably slow, because every commit writes the whole file. */
const comfortablePeople = 10_000

/** Call it with the number of users whenever it may have grown. Warns once. */
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
