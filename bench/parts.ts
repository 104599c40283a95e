// The cost of a logged-in user's request on top of rendering, part by part, in this process.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { compose, openRuntime } from '#lib/composition.ts'
import { readSettings } from '#lib/config.ts'
import { createSystemClock } from '#lib/core/clock.ts'
import { sealToken, unsealToken } from '#lib/web/cookies/session-cookie.ts'
import { readSession } from '#lib/web/guards/current-session.ts'
import { matchLocale, wordsFor } from '#lib/words/words.ts'

export interface Part {
  name: string
  microseconds: number
  /** Only in the first request of a session. */
  isOnce?: boolean
}

/** As many messages as the profile page and its layout contain. */
const sentences = [
  'site.name',
  'profile.title',
  'site.name',
  'site.skip',
  'nav.home',
  'nav.profile',
  'theme.label',
  'theme.system',
  'theme.light',
  'theme.dark',
  'site.name',
  'nav.menu',
  'nav.label',
  'nav.signed_in_as',
  'nav.log_out',
  'profile.title',
  'profile.edit',
  'fields.username',
  'fields.fullName',
  'fields.bio',
  'fields.age',
] as const

export async function measureParts(): Promise<Part[]> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'gatehouse-bench-'))
  const runtime = await openRuntime(readSettings({ DATA_DIR: dataDir, LOG_LEVEL: 'silent' }), createSystemClock())
  const app = compose(runtime)
  const signedUp = await app.accounts.signUp({ username: 'bench', password: 'Lantern 7 over the quay' })
  if (!signedUp.ok) throw new Error(signedUp.code)
  const { token } = await app.sessions.start(signedUp.value.id)
  const value = await sealToken(token, app)
  const cookies = { get: () => ({ value }) }
  // Each is decrypted once, so no cache helps.
  const freshSeals = await Promise.all(Array.from({ length: 300 }, () => sealToken(token, app)))

  const parts: Part[] = [
    {
      name: 'middleware: session check and touch',
      microseconds: await time(() => readSession(cookies, app, { touch: true })),
    },
    { name: 'page guard: session check', microseconds: await time(() => readSession(cookies, app, { touch: false })) },
    {
      name: 'page guard: the person’s record',
      microseconds: await time(() => app.accounts.findActive(signedUp.value.id)),
    },
    { name: `words: ${sentences.length} sentences`, microseconds: await time(formatSentences) },
    {
      name: 'unsealing a cookie',
      microseconds: await timeEach(freshSeals, (fresh) => unsealToken(fresh, app)),
      isOnce: true,
    },
  ]
  await runtime.stores.close()
  await runtime.strength.close()
  await rm(dataDir, { recursive: true })
  return parts
}

function formatSentences(): number {
  const words = wordsFor(matchLocale('en-GB,en;q=0.9'))
  return sentences.reduce((length, key) => length + words(key as 'site.name').length, 0)
}

/** The mean over half a second, after a warm-up of the same length. */
async function time(work: () => unknown): Promise<number> {
  await repeat(work, 500)
  return repeat(work, 500)
}

async function repeat(work: () => unknown, ms: number): Promise<number> {
  const started = performance.now()
  let count = 0
  while (performance.now() - started < ms) {
    for (let batch = 0; batch < 20; batch++) await work()
    count += 20
  }
  return ((performance.now() - started) * 1000) / count
}

async function timeEach<Item>(items: Item[], work: (item: Item) => Promise<unknown>): Promise<number> {
  const started = performance.now()
  for (const item of items) await work(item)
  return ((performance.now() - started) * 1000) / items.length
}
