import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTestServices, storeNames, type TestServices } from '../../services-for-test.ts'
import { idOf } from '../../stores/audit-chain.ts'
import type { AuditRecord } from '../../stores/types.ts'
import { days } from '../clock.ts'
import { anything } from './audit.ts'
import { auditEvents } from './events.ts'
import { networkOf } from './network.ts'
import { createTrailCheck } from './verify.ts'

let opened: TestServices
afterEach(() => opened[Symbol.asyncDispose]())

async function trail(): Promise<AuditRecord[]> {
  const stored = await Array.fromAsync(opened.app.stores.dump())
  return stored.flatMap(({ kind, record }) => (kind === 'audit' ? [record] : []))
}

async function problemsIn(records: AuditRecord[], head = opened.app.stores.findAuditHead()): Promise<string[]> {
  const check = createTrailCheck()
  for (const record of records) check.add(record)
  return check.finish(await head).faults
}

describe.each(storeNames)('the audit trail on %s', (store) => {
  beforeEach(async () => {
    opened = await openTestServices({}, store)
  })

  test('records actor, event, subject, origin and outcome', async () => {
    const { audit } = opened.app
    await audit.record({ event: 'account.signed_up', actorId: 'alice', subjectId: 'alice', address: '192.0.2.77' })
    await audit.record({
      event: 'account.role_changed',
      outcome: 'refused',
      actorId: 'bob',
      subjectId: 'alice',
      detail: { role: 'guest' },
    })
    const [second, first] = await audit.list({ ...anything, limit: 9 })
    expect(first).toMatchObject({ seq: 1, event: 'account.signed_up', address: '192.0.2.77', network: '192.0.2.0/24' })
    expect(second).toMatchObject({ seq: 2, outcome: 'refused', detail: '{"role":"guest"}', network: '' })
    expect((await audit.history('alice')).map(({ seq }) => seq)).toEqual([2, 1])
    expect((await audit.history('bob')).map(({ seq }) => seq)).toEqual([2])
    expect(await problemsIn(await trail())).toEqual([])
  })

  test('records twenty entries of a kind about a user’s own account, and counts the rest', async () => {
    const { audit } = opened.app
    const happens = (actorId: string) =>
      audit.record({ event: 'account.exported', actorId, subjectId: actorId, address: '192.0.2.7' })
    for (let n = 0; n < 50; n += 1) await happens('alice')
    await happens('bob')
    await audit.record({ event: 'profile.changed', actorId: 'alice', subjectId: 'alice' })
    expect(await trail()).toHaveLength(22)
    await audit.recordOmitted()
    const [last] = await audit.list({ ...anything, limit: 1 })
    expect(last).toMatchObject({ event: 'account.exported', actorId: 'alice', network: '192.0.2.0/24' })
    expect(JSON.parse(last?.detail ?? '')).toMatchObject({ omitted: 30 })
    await audit.recordOmitted()
    expect(await trail()).toHaveLength(23)
    expect(await problemsIn(await trail())).toEqual([])
  })

  test('accepts any text posted as an id', async () => {
    const { audit } = opened.app
    for (const subjectId of ['$'.repeat(5000), 'a\0b', '\ud800', ''])
      await audit.record({ event: 'account.deleted', outcome: 'refused', actorId: 'root', subjectId })
    expect((await trail()).map(({ subjectId }) => subjectId)).toEqual(['$'.repeat(255), 'ab', '', ''])
  })

  test('records all actions of administrators and the operator', async () => {
    const { audit } = opened.app
    for (let n = 0; n < 30; n += 1) {
      await audit.record({ event: 'account.suspended', actorId: 'root', subjectId: `user-${n}` })
      await audit.record({ event: 'sessions.pruned', actorId: 'operator' })
      await audit.record({ event: 'invitation.made', actorId: 'root', detail: { role: 'admin', invitation: `${n}` } })
    }
    expect(await trail()).toHaveLength(90)
  })

  test('shortens IP addresses after 90 days and drops entries after 400, and can still be verified [V14.2.7]', async () => {
    const { audit } = opened.app
    const happens = () => audit.record({ event: 'session.started', actorId: 'alice', address: '2001:db8:1:2:3::4' })
    await happens()
    await happens()
    opened.advance(days(91))
    await happens()
    await audit.tidy()
    const after90 = await trail()
    expect(after90.map(({ address }) => address)).toEqual(['', '', '2001:db8:1:2:3::4'])
    expect(after90[0]?.network).toBe('2001:db8:1::/48')
    expect(await problemsIn(after90)).toEqual([])
    opened.advance(days(310))
    await audit.tidy()
    await audit.tidy()
    const after400 = await trail()
    expect(after400.map(({ seq, event }) => `${seq} ${event}`)).toEqual(['3 session.started', '4 audit.pruned'])
    expect(await problemsIn(after400)).toEqual([])
  })
})

describe('a manipulated trail', () => {
  let whole: AuditRecord[]
  beforeEach(async () => {
    opened = await openTestServices()
    for (const actorId of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await opened.app.audit.record({ event: 'session.started', actorId, address: '192.0.2.7' })
    }
    whole = await trail()
  })
  const without = (...places: number[]) => whole.filter(({ seq }) => !places.includes(seq))
  const changed = (seq: number, change: Partial<AuditRecord>) =>
    whole.map((record) => (record.seq === seq ? { ...record, ...change } : record))

  test('differs from an intact one', async () => {
    expect(await problemsIn(whole)).toEqual([])
    expect(await problemsIn([])).toEqual(['Entries 1 to 6 are missing at the end.'])
  })

  test.each<[string, () => AuditRecord[], string]>([
    ['an entry was removed', () => without(3), 'Entry 3 is missing.'],
    ['some were removed', () => without(3, 4), 'Entries 3 to 4 are missing.'],
    ['the first was removed', () => without(1), 'begins at entry 2'],
    ['the last was removed', () => without(6), 'Entry 6 is missing at the end.'],
    ['an entry was changed', () => changed(4, { actorId: 'b' }), 'Entry 4 was changed'],
    ['its time was changed', () => changed(4, { at: 5 }), 'Entry 4 was changed'],
    ['its address was changed', () => changed(4, { address: '192.0.2.8' }), 'its IP address does not match'],
    [
      'two were exchanged',
      () => [2, 1, 3, 4, 5, 6].flatMap((n) => whole.filter(({ seq }) => seq === n)),
      'comes after',
    ],
    ['one stands there twice', () => [...whole.slice(0, 2), ...whole.slice(1)], 'comes after'],
    [
      'one was rewritten with its hash',
      () => whole.map((record) => (record.seq === 3 ? rewritten(record) : record)),
      'Entry 4 does not continue entry 3.',
    ],
  ])('is detected: %s', async (_, records, problem) => {
    expect((await problemsIn(records())).join(' ')).toContain(problem)
  })

  test('rewritten from one entry to its end is detected with an earlier head', () => {
    const [first, second] = whole
    if (!first || !second) throw new Error('There are six.')
    const check = createTrailCheck()
    const forged = rewritten(second)
    check.add(first)
    check.add(forged)
    const { faults } = check.finish(forged, { seq: 2, id: second.id })
    expect(faults).toEqual(['Entry 2 differs from the head that you noted.'])
  })

  function rewritten(record: AuditRecord): AuditRecord {
    const forged = { ...record, actorId: 'somebody else' }
    return { ...forged, id: idOf(forged) }
  }
})

test('the code records every kind of event', async () => {
  opened = await openTestServices()
  const root = join(import.meta.dirname, '../../..')
  const files = globSync('{app,lib}/**/*.{ts,tsx}', {
    cwd: root,
    exclude: ['**/*.test.ts', 'lib/core/audit/events.ts', 'lib/words/**'],
  })
  const code = files.map((file) => readFileSync(join(root, file), 'utf8')).join('')
  expect(auditEvents.filter((event) => !code.includes(`'${event}'`))).toEqual([])
})

test.each([
  ['203.0.113.200', '203.0.113.0/24'],
  ['::ffff:203.0.113.200', '203.0.113.0/24'],
  ['2001:db8:aaaa:bbbb::1', '2001:db8:aaaa::/48'],
  ['', ''],
  ['<script>', ''],
])('%j has the network %j', async (address, network) => {
  opened = await openTestServices()
  expect(networkOf(address)).toBe(network)
})
