// The user who sends the next request. Replaced when the session ended or the scenario is over.
import type { Client } from '#e2e/support/client.ts'
import type { Answer } from '#e2e/support/http.ts'
import type { Actor, Scenario } from './actors.ts'
import type { Cookie } from './plan.ts'
import { type FuzzedSite, leadsTo } from './site.ts'

/** Scenarios that wait for mail cost a second each, so the last actor stays after this many. */
const mostActors = 1000

export interface CurrentActor {
  take(): Promise<Actor>
  /** The client that sends a request with this cookie. */
  clientFor(cookie: Cookie, own: Client): Client
  /** Call after an answer to the actor's own client. */
  judge(answer: Answer): void
}

export interface CurrentActorOptions {
  scenario: Scenario
  /** Where the site redirects when the scenario is over. */
  spent?: RegExp | undefined
  /** For an actor who must not be logged in. */
  isVisitors: boolean
}

export function createCurrentActor(
  site: FuzzedSite,
  { scenario, spent, isVisitors }: CurrentActorOptions,
): CurrentActor {
  let actor: Actor | null = null
  let actors = 0

  return {
    async take() {
      if (actor !== null) return actor
      actors += 1
      actor = await scenario(site)
      return actor
    },

    clientFor(cookie, own) {
      if (cookie === 'own') return own
      if (cookie === 'other') return site.other.copy()
      if (cookie === 'ended') return site.ended.copy()
      const client = own.copy()
      const seal = client.cookies.get('session') ?? 'Fe26.2**'
      client.cookies.delete('session')
      if (cookie === 'none') return client
      client.cookies.set('session', cookie === 'damaged' ? seal.replace(/\w(?=\w*$)/, 'x') : cookie.text)
      return client
    },

    judge(answer) {
      if (actor === null || actors >= mostActors) return
      const to = leadsTo(answer) ?? ''
      const isSignedIn = actor.client.cookies.has('session')
      const isOver = isVisitors ? isSignedIn : !isSignedIn || /^\/(login|confirm)\b/.test(to)
      if (isOver || spent?.test(to)) actor = null
    },
  }
}
