import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { encodeBackup, readBackup, verifyBackup } from './backup-file.ts'
import { aPasskey, aSession, aToken, aUser, recordsOf, sampleOf } from './contract/samples.ts'
import type { StoredRecord } from './types.ts'

let dir: string
let path: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gatehouse-'))
  path = join(dir, 'people.jsonl')
})
afterEach(() => rm(dir, { recursive: true }))

const people: StoredRecord[] = [
  { kind: 'user', record: aUser({ profile: { fullName: 'Žofie 🦊', bio: 'line\nline\u2028line', age: 3 } }) },
  { kind: 'user', record: aUser({ username: 'bob' }) },
]
const others: StoredRecord[] = [
  { kind: 'session', record: aSession() },
  { kind: 'ended', record: { id: 'session-2', reason: 'idle', at: 3_000 } },
  { kind: 'token', record: aToken() },
]
const made = { at: '2026-01-01T09:00:00.000Z', gatehouse: '1.2.3' }
const fault = (message: RegExp) => ({ code: 'backup_damaged', message: expect.stringMatching(message) })

async function encoded(records = people): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(encodeBackup(recordsOf(records), made)))
}

/** A file of these lines with a valid last line, as only a program can write it. */
async function writeSealed(...lines: string[]): Promise<void> {
  const text = lines.map((line) => `${line}\n`).join('')
  const sha256 = createHash('sha256').update(text).digest('hex')
  await writeFile(path, `${text}${JSON.stringify({ users: lines.length - 1, sha256 })}\n`)
}

describe('a back-up', () => {
  it('returns its users', async () => {
    await writeFile(path, await encoded())
    const verified = await verifyBackup(path)
    expect(verified).toEqual({ ...made, users: 2, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(await Array.fromAsync(readBackup(path, verified))).toEqual(people)
  })

  it('contains no sessions, end reasons or tokens', async () => {
    const text = (await encoded([...people, ...others])).toString()
    expect(text).toBe((await encoded()).toString())
    expect(text).not.toMatch(/session|token/)
  })

  it('contains reserved usernames and does not count them as users', async () => {
    const reserved: StoredRecord = { kind: 'reserved', record: { id: 'carol', userId: 'id-of-carol', until: 9_000 } }
    await writeFile(path, await encoded([...people, ...others, reserved]))
    const verified = await verifyBackup(path)
    expect(verified.users).toBe(people.length)
    expect(await Array.fromAsync(readBackup(path, verified))).toEqual([...people, reserved])
  })

  it('contains second factors and their last uses, and no remembered browser', async () => {
    const factors = {
      totp: { sealed: 'sealed', createdAt: 1 },
      recoveryCodes: [{ beginning: 'ab', hash: 'hash' }],
      passkeys: [aPasskey()],
      factorsChangedAt: 1,
    }
    const kept: StoredRecord[] = [
      { kind: 'user', record: aUser(factors) },
      {
        kind: 'credentialUse',
        record: { id: 'totp id-of-alice', userId: 'id-of-alice', mark: 58_000_000, usedAt: 2 },
      },
    ]
    const remembered: StoredRecord = { kind: 'rememberedBrowser', record: sampleOf('rememberedBrowser', 1) }
    await writeFile(path, await encoded([...kept, remembered]))
    expect(await Array.fromAsync(readBackup(path, await verifyBackup(path)))).toEqual(kept)
  })

  it('can be empty', async () => {
    await writeFile(path, await encoded([]))
    const verified = await verifyBackup(path)
    expect(verified.users).toBe(0)
    expect(await Array.fromAsync(readBackup(path, verified))).toEqual([])
  })

  it('returns thousands of records in chunks of bounded size', async () => {
    const many = Array.from(
      { length: 3_000 },
      (_, n): StoredRecord => ({ kind: 'user', record: aUser({ username: `user-${n}` }) }),
    )
    const pieces = await Array.fromAsync(encodeBackup(recordsOf(many), made))
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(100_000)
    await writeFile(path, Buffer.concat(pieces))
    expect(await Array.fromAsync(readBackup(path, await verifyBackup(path)))).toEqual(many)
  })

  it('is rejected when truncated anywhere', async () => {
    const whole = await encoded()
    for (let length = 0; length < whole.length; length++) {
      await writeFile(path, whole.subarray(0, length))
      await expect(verifyBackup(path), `${length} bytes`).rejects.toMatchObject({ code: 'backup_damaged' })
    }
  })

  it('is rejected with any byte changed', async () => {
    const whole = await encoded()
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] ?? 0) ^ 1
      await writeFile(path, changed)
      await expect(verifyBackup(path), `byte ${at}`).rejects.toMatchObject({ code: 'backup_damaged' })
    }
  })

  it('is rejected with a line missing, repeated or moved', async () => {
    const [header = '', alice = '', bob = '', last = ''] = (await encoded()).toString().split('\n')
    for (const lines of [
      [header, alice, last],
      [header, alice, bob, bob, last],
      [header, bob, alice, last],
      [header, alice, bob, last, last],
      [header, alice, bob, last, ''],
      [alice, bob, last],
    ]) {
      await writeFile(path, `${lines.join('\n')}\n`)
      await expect(verifyBackup(path)).rejects.toMatchObject({ code: 'backup_damaged' })
    }
  })

  it('is rejected when a record is invalid, even with a valid checksum', async () => {
    const [header = '', alice = ''] = (await encoded()).toString().split('\n')
    await writeSealed(header, alice)
    expect((await verifyBackup(path)).users).toBe(1)

    await writeSealed(header, alice, '{"kind":"user"}')
    await expect(verifyBackup(path)).rejects.toMatchObject(
      fault(/line 3 is neither a user, a reserved username, a lockout, a use of a second factor nor an entry/),
    )
    await writeSealed(header, JSON.stringify({ kind: 'session', record: aSession() }))
    await expect(verifyBackup(path)).rejects.toMatchObject(
      fault(/line 2 is neither a user, a reserved username, a lockout, a use of a second factor nor an entry/),
    )
    await writeSealed(header, 'nonsense')
    await expect(verifyBackup(path)).rejects.toMatchObject(
      fault(/line 2 is neither a user, a reserved username, a lockout, a use of a second factor nor an entry/),
    )
    await writeSealed(header, alice, JSON.stringify({ kind: 'user', record: aUser({ id: 'twin' }) }))
    await expect(verifyBackup(path)).rejects.toMatchObject(fault(/the same username/))
  })

  it('of a newer Gatehouse is rejected with that reason', async () => {
    await writeSealed(JSON.stringify({ format: 'gatehouse-backup', version: 6, at: made.at, gatehouse: '9.0.0' }))
    await expect(verifyBackup(path)).rejects.toMatchObject(fault(/made by Gatehouse 9\.0\.0, which is newer/))
  })

  it('is distinguished from any other file', async () => {
    for (const content of ['{"version":1,"users":{}}\n', 'SQLite format 3\0\n', '\n']) {
      await writeFile(path, content)
      await expect(verifyBackup(path)).rejects.toMatchObject(fault(/not that of a Gatehouse back-up/))
    }
    await writeFile(path, Buffer.alloc(3_000_000, 0x61))
    await expect(verifyBackup(path)).rejects.toMatchObject(fault(/too long/))
  })

  it('that is missing or a folder is named in the error', async () => {
    for (const wrong of [path, dir]) {
      await expect(verifyBackup(wrong)).rejects.toMatchObject({
        code: 'backup_unreadable',
        message: expect.stringContaining(`${wrong} cannot be read`),
      })
    }
  })

  it('that changes after its verification rejects when read', async () => {
    await writeFile(path, await encoded())
    const verified = await verifyBackup(path)
    await writeFile(path, await encoded([]))
    await expect(Array.fromAsync(readBackup(path, verified))).rejects.toMatchObject(fault(/changed while/))
  })
})
