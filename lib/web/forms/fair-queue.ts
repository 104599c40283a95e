// A queue that serves groups in rotation, so that one sender with many requests delays only itself.

export interface LineLimits {
  /** How many entries run at a time. */
  atOnce: number
  /** How many of them may belong to one group. */
  atOnceOfGroup: number
  mostWaiting: number
}

interface Place {
  group: string
  /** Called with the function that ends the turn, or with null when the place was given to another group. */
  settle(end: (() => void) | null): void
}

export interface Entry {
  /** Resolves with the function that ends the turn, or with null when there is no room or the entry left. */
  turn: Promise<(() => void) | null>
  /** Gives up waiting. Does nothing once the turn has begun. */
  leave(): void
}

export class FairLine {
  readonly #limits: LineLimits
  readonly #running = new Map<string, number>()
  /** The key order is the order of service: a served group moves to the end. */
  readonly #waiting = new Map<string, Place[]>()
  #runningCount = 0
  #waitingCount = 0

  constructor(limits: LineLimits) {
    this.#limits = limits
  }

  enter(group: string): Entry {
    const { promise, resolve } = Promise.withResolvers<(() => void) | null>()
    const place: Place = { group, settle: resolve }
    if (this.#waitingCount >= this.#limits.mostWaiting && !this.#evictFor(group)) resolve(null)
    else {
      const others = this.#waiting.get(group)
      if (others === undefined) this.#waiting.set(group, [place])
      else others.push(place)
      this.#waitingCount += 1
      this.#serve()
    }
    return { turn: promise, leave: () => this.#remove(place) }
  }

  /** Makes room by sending away the last of the longest group, unless the newcomer's group is as long. */
  #evictFor(group: string): boolean {
    let longest: Place[] = []
    for (const places of this.#waiting.values()) if (places.length > longest.length) longest = places
    const last = longest.at(-1)
    if (last === undefined || longest.length <= (this.#waiting.get(group)?.length ?? 0) + 1) return false
    this.#remove(last)
    return true
  }

  #remove(place: Place): void {
    const places = this.#waiting.get(place.group)
    const at = places?.indexOf(place) ?? -1
    if (places === undefined || at < 0) return
    places.splice(at, 1)
    if (places.length === 0) this.#waiting.delete(place.group)
    this.#waitingCount -= 1
    place.settle(null)
  }

  #serve(): void {
    while (this.#runningCount < this.#limits.atOnce) {
      const place = this.#takeNext()
      if (place === null) return
      const { group } = place
      this.#runningCount += 1
      this.#running.set(group, (this.#running.get(group) ?? 0) + 1)
      let isOver = false
      place.settle(() => {
        if (isOver) return
        isOver = true
        this.#runningCount -= 1
        const left = (this.#running.get(group) ?? 1) - 1
        if (left > 0) this.#running.set(group, left)
        else this.#running.delete(group)
        this.#serve()
      })
    }
  }

  #takeNext(): Place | null {
    for (const [group, places] of this.#waiting) {
      if ((this.#running.get(group) ?? 0) >= this.#limits.atOnceOfGroup) continue
      const place = places.shift()
      this.#waiting.delete(group)
      if (places.length > 0) this.#waiting.set(group, places)
      if (place === undefined) continue
      this.#waitingCount -= 1
      return place
    }
    return null
  }
}
