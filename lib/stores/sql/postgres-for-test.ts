// A real PostgreSQL server for tests, with a fresh database for each.

import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import pg from 'pg'

import type { PostgresReply, PostgresRequest, PostgresSettings } from './postgres-server-for-test.ts'

export interface TestPostgres {
  /** A superuser's URL on 127.0.0.1. */
  adminUrl: string
  /** Stops the server and all its connections until `resume`. */
  halt(): Promise<void>
  /** The same as in a crash. */
  kill(): Promise<void>
  /** Starts the halted or killed server again, on the same port and data. */
  resume(): Promise<void>
  /** Restarts it as a standby: read-only until `select pg_promote()`. */
  resumeAsStandby(): Promise<void>
  /** Stops it and removes its folder. Also happens when this process ends in any way. */
  stop(): Promise<void>
}

/**
 * Takes about a second. Works as root too. Rejects with the server's output when it does not start. Commits wait for
 * the disk only with `durable`, as on a real site.
 */
export async function startPostgres({ durable = false } = {}): Promise<TestPostgres> {
  const settings: PostgresSettings = { password: randomBytes(16).toString('hex'), durable }
  const script = fileURLToPath(new URL('postgres-server-for-test.ts', import.meta.url))
  const keeper = fork(script, [JSON.stringify(settings)], { detached: true, execArgv: [] })
  const ended = once(keeper, 'exit')

  async function nextReply(): Promise<Exclude<PostgresReply, { fault: string }>> {
    const reply = await Promise.race([once(keeper, 'message'), ended.then(() => null)])
    const answer: PostgresReply = reply?.[0] ?? { fault: 'the process that keeps it ended' }
    if ('fault' in answer) throw new Error(`The PostgreSQL server for tests did not start: ${answer.fault}`)
    return answer
  }
  async function ask(request: PostgresRequest): Promise<void> {
    keeper.channel?.ref()
    keeper.send(request)
    await nextReply()
    keeper.channel?.unref()
  }

  const started = await nextReply()
  if (!('port' in started)) throw new Error('The PostgreSQL server for tests did not say its port.')
  // A server that no test stops ends with this process.
  keeper.unref()
  keeper.channel?.unref()
  return {
    adminUrl: `postgres://gatehouse:${settings.password}@127.0.0.1:${started.port}/postgres`,
    halt: () => ask('halt'),
    kill: () => ask('kill'),
    resume: () => ask('resume'),
    resumeAsStandby: () => ask('standby'),
    async stop() {
      if (keeper.connected) keeper.disconnect()
      keeper.ref()
      await ended
    },
  }
}

export interface TestDatabase {
  url: string
  /** Also while connections are open, which then close. */
  drop(): Promise<void>
}

/** An empty database with a new name. Without `adminUrl`, on the server of the test run (TEST_POSTGRES_URL). */
export async function createDatabase(adminUrl = testServerUrl()): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`
  // The fastest way with a template without writers.
  await execute(adminUrl, `CREATE DATABASE ${name} TEMPLATE template0 STRATEGY file_copy`)
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => execute(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) }
}

/** The URL of this test run's server; throws outside a run. */
export function testServerUrl(): string {
  const url = process.env.TEST_POSTGRES_URL
  if (!url) throw new Error('TEST_POSTGRES_URL is not set: tests that need PostgreSQL run under `vitest`.')
  return url
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
