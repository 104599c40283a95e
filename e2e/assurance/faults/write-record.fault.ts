// Tests the checker itself, so that a suite without findings means something.
import { expect, test } from 'vitest'
import type { StoredRecord } from '#lib/stores/types.ts'
import { makePerson, makeSession } from './operations.ts'
import { type Change, keyOf, nothingFound, WriteRecord } from './write-record.ts'

const ada = makePerson()
const person = (fullName = 'Ada', bio = 'First'): StoredRecord => ({
  kind: 'user',
  record: { ...ada, profile: { ...ada.profile, fullName, bio } },
})
const other: StoredRecord = { kind: 'user', record: makePerson() }
const session: StoredRecord = { kind: 'session', record: makeSession(ada) }
const ended: StoredRecord = { kind: 'ended', record: { id: session.record.id, reason: 'signed-out', at: 1 } }
const to = (record: StoredRecord): Change => ({ key: keyOf(record), to: record })

function acknowledged(...records: StoredRecord[]): WriteRecord {
  const written = new WriteRecord()
  for (const record of records) written.intend(to(record)).acknowledged()
  return written
}

test('an acknowledged write that is present is correct', () => {
  expect(acknowledged(person(), session).compare([person(), session])).toEqual(nothingFound)
})

test('an acknowledged record that is missing or outdated is lost', () => {
  expect(acknowledged(person()).compare([]).lost).toHaveLength(1)
  expect(acknowledged(person(), person('Ada L.')).compare([person()]).lost).toHaveLength(1)
})

test('an unacknowledged write may be present or absent, and then stays as found', () => {
  for (const found of [[person()], [person('Ada L.', 'Second')]]) {
    const written = acknowledged(person())
    written.intend(to(person('Ada L.', 'Second')))
    expect(written.compare(found)).toEqual(nothingFound)
    expect(written.compare(found)).toEqual(nothingFound)
    expect(written.compare([]).lost).toHaveLength(1)
  }
})

test('a mixture of old and new is torn', () => {
  const written = acknowledged(person())
  written.intend(to(person('Ada L.', 'Second')))
  expect(written.compare([person('Ada L.', 'First')]).torn).toHaveLength(1)
})

test('related changes are all present or all absent', () => {
  const both = () => {
    const written = new WriteRecord()
    written.intend(to(person()), to(other))
    return written
  }
  expect(both().compare([])).toEqual(nothingFound)
  expect(both().compare([person(), other])).toEqual(nothingFound)
  expect(both().compare([person()]).torn).toHaveLength(1)
})

test('two records where only one can exist are torn', () => {
  expect(acknowledged(person(), session).compare([person(), session, session]).torn).toHaveLength(1)
  const twin: StoredRecord = { kind: 'user', record: { ...ada, id: 'twin' } }
  expect(acknowledged(person(), twin).compare([person(), twin]).torn).toHaveLength(1)
})

test('an ended session that is live again is revived, unless its end was not acknowledged', () => {
  expect(acknowledged(session, ended).compare([session]).revived).toHaveLength(1)
  const written = acknowledged(session)
  written.intend(to(ended)).refused()
  expect(written.compare([session])).toEqual(nothingFound)
})

test('a record that no operation wrote is unexplained', () => {
  expect(acknowledged(person()).compare([person(), other]).unexplained).toHaveLength(1)
})

test('a session’s last activity is no later than its last touch', () => {
  const begun = makeSession(ada)
  const active = (lastActivityAt: number): StoredRecord => ({
    kind: 'session',
    record: { ...begun, id: 's', createdAt: 1, lastActivityAt },
  })
  const found = (lastActivityAt: number) => {
    const written = acknowledged(active(1))
    written.touched('s', 5)
    return written.compare([active(lastActivityAt)]).torn
  }
  expect(found(1)).toEqual([])
  expect(found(5)).toEqual([])
  expect(found(6)).toHaveLength(1)
})
