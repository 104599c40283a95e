// better-auth on SQLite as its documentation sets it up. Everything else comes from the site's packages.
import { hash, verify } from '@node-rs/argon2'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import Database from 'better-sqlite3'

const { BENCH_DATABASE = ':memory:', BENCH_HASH = 'argon2id', BENCH_COOKIE_CACHE = 'off' } = process.env

const database = new Database(BENCH_DATABASE)
database.pragma('journal_mode = WAL')

/** The parameters of the site. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const argon2id = {
  hash: (password) => hash(password, parameters),
  verify: ({ hash: stored, password }) => verify(stored, password),
}

export const auth = betterAuth({
  database,
  secret: 'a secret of the benchmark that guards nothing',
  emailAndPassword: { enabled: true, ...(BENCH_HASH === 'argon2id' && { password: argon2id }) },
  session: { cookieCache: { enabled: BENCH_COOKIE_CACHE === 'on', maxAge: 3600 } },
  rateLimit: { enabled: false },
})

await (await getMigrations(auth.options)).runMigrations()
