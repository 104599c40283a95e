import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'

import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'

import { createDatabase, startPostgres } from './postgres-for-test.ts'

async function ask(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query({ text: statement, rowMode: 'array' })).rows.flat()
  } finally {
    await client.end()
  }
}

/** Resolves when nothing listens there any more. */
async function silence(url: string): Promise<void> {
  const { hostname, port } = new URL(url)
  let isThere = true
  while (isThere) {
    isThere = false
    const socket = connect(Number(port), hostname, () => {
      isThere = true
    })
    // An ending server closes accepted connections or leaves that to the kernel.
    await new Promise((closed) => socket.resume().on('error', closed).on('close', closed))
  }
}

describe('the PostgreSQL server for tests', () => {
  it('gives every test its own database, and does not sort bytewise', async () => {
    const [one, other] = [await createDatabase(), await createDatabase()]
    onTestFinished(async () => {
      await one.drop()
      await other.drop()
    })
    await ask(one.url, 'create table here (a text)')
    await expect(ask(other.url, 'select * from here')).rejects.toThrow('does not exist')
    expect(await ask(one.url, `select 'a' < 'B'`)).toEqual([true])
  })

  it('keeps its data while halted or killed, and is removed once stopped', async () => {
    const server = await startPostgres({ durable: true })
    onTestFinished(server.stop)
    await ask(server.adminUrl, 'create table kept as select 1 as a')
    for (const interrupt of [server.halt, server.kill]) {
      await interrupt()
      await expect(ask(server.adminUrl, 'select 1')).rejects.toThrow()
      await server.resume()
      expect(await ask(server.adminUrl, 'select a from kept')).toEqual([1])
    }
    await server.stop()
    await expect(ask(server.adminUrl, 'select 1')).rejects.toThrow()
  })

  it('ends with the process that started it, even when that is killed', async () => {
    const module = new URL('postgres-for-test.ts', import.meta.url)
    const script = `import { startPostgres } from '${module}'; console.log((await startPostgres()).adminUrl); process.stdin.resume()`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: import.meta.dirname,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const [line] = await once(child.stdout, 'data')
    const url = String(line).trim()
    expect(await ask(url, 'select 1')).toEqual([1])
    child.kill('SIGKILL')
    await silence(url)
  })
})
