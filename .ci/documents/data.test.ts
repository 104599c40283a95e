// docs/security/data.md knows every field that is kept, gives it a class, and says how long it stays.
import { expect, test } from 'vitest'
import { z } from 'zod'
import { undoDeletionMs } from '#lib/auth/accounts.ts'
import { readSettings } from '#lib/config.ts'
import { days, hours, minutes } from '#lib/core/clock.ts'
import { codeLifeMs, compromiseReportLifeMs, resetLifeMs } from '#lib/core/mail/letter.ts'
import { invitationLifeMs } from '#lib/features/invitations/invitations.ts'
import { kinds } from '#lib/stores/kinds.ts'
import { read, tableUnder } from './tables.ts'

const document = 'docs/security/data.md'
const fields = tableUnder('Fields', document)

test('every field of every record has a class, a writer and a reader [V8.1.2, V14.1.1]', () => {
  const inCode = Object.entries(kinds).flatMap(([name, { schema }]) => leavesOf(name, schema))
  expect(inCode).toContain('user.profile.age')
  expect(fields.map(([name]) => name).toSorted()).toEqual(inCode.toSorted())
  for (const cells of fields)
    expect(
      cells.filter((cell) => cell === ''),
      cells[0],
    ).toEqual([])
})

test('every class says how it is protected at rest, on the way, in logs, answers and exports [V14.1.2]', () => {
  const classes = tableUnder('Classes', document)
  expect(new Set(fields.map(([, kind]) => kind))).toEqual(new Set(classes.map(([kind]) => kind)))
  for (const cells of classes)
    expect(
      cells.filter((cell) => cell !== ''),
      cells[0],
    ).toHaveLength(6)
})

test('the times for which something is kept are those of the code [V14.1.2]', () => {
  const kept = new Map(tableUnder('How long', document).map(([what = '', time = '']) => [what, time]))
  const { session } = readSettings({})
  expect(kept.get('an account')).toContain(`${undoDeletionMs / days(1)} days`)
  expect(kept.get('a session')).toContain(
    `${session.idleMs / 1000} s without the person, ${session.maxMs / hours(1)} h`,
  )
  expect(kept.get('a code for an address')).toBe(`${codeLifeMs / minutes(1)} minutes`)
  expect(kept.get('a link to a new password')).toBe(`${resetLifeMs / minutes(1)} minutes`)
  expect(kept.get('a link for “this was not me”')).toBe(`${compromiseReportLifeMs / hours(1)} hours`)
  expect(kept.get('an invitation; the set-up link')).toBe(`${invitationLifeMs / days(1)} days`)
  const written: [string, string, string, string][] = [
    ['its username, reserved, with the former id', '90 days', 'lib/auth/accounts.ts', 'reservedMs = days(90)'],
    ['the whole address in the audit trail', '90 days', 'lib/core/audit/audit.ts', 'addressKeptMs = days(90)'],
    ['an entry of the audit trail', '400 days', 'lib/core/audit/audit.ts', 'entryKeptMs = days(400)'],
    ['a letter', '24 hours', 'lib/core/mail/mailroom.ts', 'triedForMs = hours(24)'],
  ]
  for (const [what, time, file, code] of written) {
    expect(kept.get(what), what).toContain(time)
    expect(read(file), file).toContain(code)
  }
})

/** `user.profile.age` for a field in an object in a record. */
function leavesOf(name: string, schema: unknown): string[] {
  const inner = unwrapped(schema)
  if (!(inner instanceof z.ZodObject)) return [name]
  return Object.entries(inner.shape).flatMap(([field, one]) => leavesOf(`${name}.${field}`, one))
}

/** Without what makes it optional: a default, or null. */
function unwrapped(schema: unknown): unknown {
  const isWrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodNullable
  return isWrapped ? unwrapped(schema.unwrap()) : schema
}
