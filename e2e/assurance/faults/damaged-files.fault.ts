// Damaged files: every truncation and other changes. The start fails and leaves the files unchanged; it never treats
// damage as an empty store.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStores } from '#lib/stores/open.ts'
import type { StoredRecord, Stores } from '#lib/stores/types.ts'
import { sorted } from './audit.ts'
import { parseLocation } from './location.ts'
import { createOperations, makePerson, makeSession } from './operations.ts'
import { createStats } from './stats.ts'
import { type FolderSubject, keepCopy, makeFolderSubject } from './subjects.ts'
import { WriteRecord } from './write-record.ts'

const names = ['users.json', 'sessions.json', 'tokens.json'] as const
const silent = { info() {}, warn() {}, error() {} }

function open({ location }: FolderSubject): Promise<Stores> {
  const takeOver = () => ({ users: [], refused: [], notes: [] })
  return openStores(parseLocation(location), { takeOver, poolSize: 1, log: silent })
}

describe('JSON', () => {
  let subject: FolderSubject
  let records: StoredRecord[]
  let copy: { putBack(): void }
  const file = (name: string) => path.join(subject.folder, name)

  beforeAll(async () => {
    subject = await makeFolderSubject('JSON')
    const stores = await open(subject)
    const operations = createOperations(stores, new WriteRecord())
    const [ada, bob] = [makePerson(), makePerson()]
    const leaving = makeSession(bob)
    for (const person of [ada, bob]) await operations.signUp(person)
    await operations.logIn(ada)
    await operations.logIn(bob, leaving)
    await operations.logOut(leaving)
    await operations.giveCode(ada)
    records = sorted(await Array.fromAsync(stores.dump()))
    await stores.close()
    copy = keepCopy(subject)
  })
  afterAll(() => subject.remove())

  /** Either everything is there, or the start fails, names the file and leaves it unchanged. */
  async function expectWholeOrRefused(name: string, content: Buffer): Promise<void> {
    writeFileSync(file(name), content)
    try {
      const stores = await open(subject)
      const found = sorted(await Array.fromAsync(stores.dump()))
      await stores.close()
      expect(found).toEqual(records)
    } catch (fault) {
      expect(fault).toMatchObject({ code: 'store_damaged', message: expect.stringContaining(file(name)) })
      expect(readFileSync(file(name)).equals(content)).toBe(true)
    }
    expect(readdirSync(subject.folder).filter((other) => /tmp|replacement/.test(other))).toEqual([])
  }

  test.each(names)('every truncation of %s', async (name) => {
    const stats = createStats(`truncations of ${name}`, 'JSON')
    const whole = readFileSync(file(name))
    for (let length = 0; length < whole.length; length += 1) {
      await expectWholeOrRefused(name, whole.subarray(0, length))
      stats.round(0)
    }
    copy.putBack()
  })

  test.each(names)('%s with other content', async (name) => {
    const whole = readFileSync(file(name))
    const others = names.filter((other) => other !== name).map((other) => readFileSync(file(other)))
    const contents = [
      ...others,
      Buffer.alloc(whole.length),
      Buffer.concat([Buffer.from('\uFEFF'), whole]),
      Buffer.concat([whole, Buffer.from('x')]),
      Buffer.concat([whole, whole]),
      Buffer.from('[]'),
      Buffer.from('null'),
      Buffer.from(whole.toString().replace('"version":1', '"version":2')),
    ]
    for (const content of contents) await expectWholeOrRefused(name, content)
    copy.putBack()
  })

  test.each(names)('a folder or a link in place of %s', async (name) => {
    rmSync(file(name))
    mkdirSync(file(name))
    await expect(open(subject)).rejects.toMatchObject({ code: 'store_damaged' })
    rmSync(file(name), { recursive: true })
    copy.putBack()
    renameSync(file(name), `${subject.folder}-elsewhere`)
    symlinkSync(`${subject.folder}-elsewhere`, file(name))
    await expect(open(subject)).rejects.toMatchObject({ code: 'store_damaged' })
    expect(readFileSync(`${subject.folder}-elsewhere`).length).toBeGreaterThan(0)
    rmSync(`${subject.folder}-elsewhere`)
    copy.putBack()
  })
})
