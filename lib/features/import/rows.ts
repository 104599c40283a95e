// The forms that files of people have, CSV, lines of JSON and Firebase's list, each read into rows of named texts.
import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { snakeCase, userSchema } from '../../stores/kinds.ts'
import { profileFieldNames } from '../profile/profile.ts'
import { type Column, type Fields, importColumns, type Row, shown, unreadable } from './reading.ts'

/** What JSON may have besides, and under which names Gatehouse's own export has it. Null is left out. */
const jsonNames: Record<string, string | null> = {
  ...Object.fromEntries(Object.keys(userSchema.shape).map((name) => [name, null])),
  ...Object.fromEntries(importColumns.map((name) => [name, name])),
  ...Object.fromEntries(profileFieldNames.map((name) => [name, snakeCase(name)])),
  emailVerified: 'email_verified',
  emailVerifiedAt: 'email_verified',
  passwordHash: 'password_hash',
  createdAt: 'created_at',
  status: 'status',
  suspendedUntil: 'suspended_until',
  suspendReason: 'suspend_reason',
  deletedAt: 'deleted_at',
}

/** Without a byte order mark, and with line ends of Unix: a row's line would else be counted wrongly. */
export async function* decode(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let held = ''
  try {
    for await (const chunk of chunks) {
      const text = held + decoder.decode(chunk, { stream: true })
      held = text.endsWith('\r') ? '\r' : ''
      yield text.slice(0, text.length - held.length).replaceAll('\r\n', '\n')
    }
    yield held + decoder.decode()
  } catch (cause) {
    if (cause instanceof TypeError) throw unreadable('it is not in UTF-8', cause)
    throw cause
  }
}

/** A person's row is a few kilobytes at most. */
const longestRow = 1024 * 1024

export async function* csvRows(text: AsyncIterable<string>): AsyncGenerator<Row> {
  const options = {
    info: true,
    raw: true,
    record_delimiter: '\n',
    relax_column_count: true,
    max_record_size: longestRow,
  }
  const parser = parse({ ...options, skip_empty_lines: true })
  const source = Readable.from(text)
  source.on('error', (error) => parser.destroy(error)).pipe(parser)
  let columns: Column[] | null = null
  let before = 0
  try {
    for await (const { record, info, raw } of parser as AsyncIterable<CsvRecord>) {
      const line = before + 1 + (/^\n*/.exec(raw)?.[0].length ?? 0)
      before = info.lines
      if (columns === null) {
        columns = readHeader(record)
        continue
      }
      const fields = Object.fromEntries(columns.map((name, place) => [name, record[place] ?? '']))
      const faults = record.length === columns.length ? [] : ['The row has not as many fields as the first line.']
      yield { line, fields, faults }
    }
  } catch (error) {
    // Its message can hold what stands there.
    if (error instanceof CsvError)
      throw unreadable(`its quotes, or the length of a row, go wrong at or before line ${error.lines}`)
    throw error
  } finally {
    source.destroy()
  }
  if (columns === null) throw unreadable('it is empty')
}

interface CsvRecord {
  record: string[]
  info: { lines: number }
  raw: string
}

/** Says which column by its number: without a header, the first line is a person. */
function readHeader(record: readonly string[]): Column[] {
  const columns = record.map((text) => importColumns.find((name) => name === text.trim()))
  const unknown = columns.indexOf(undefined)
  const allowed = `The first line names the columns, with commas between them: ${importColumns.join(', ')}`
  if (unknown !== -1) throw unreadable(`its column ${unknown + 1} has no known name. ${allowed}`)
  const known = columns.filter((name) => name !== undefined)
  if (new Set(known).size < known.length) throw unreadable(`a column is there twice. ${allowed}`)
  if (!known.includes('username')) throw unreadable(`it has no column username. ${allowed}`)
  return known
}

export async function* jsonRows(text: AsyncIterable<string>): AsyncGenerator<Row> {
  let line = 0
  for await (const content of linesOf(text)) {
    line++
    if (content.trim() === '') continue
    yield { line, ...fieldsOf(parseJson(content)) }
  }
}

/** Not `readline`, which also ends a line at U+2028, which JSON may have in a text. */
async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const part of text) {
    const lines = (rest + part).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > longestRow) throw unreadable('it has a line that is too long for a person')
    yield* lines
  }
  if (rest !== '') yield rest
}

/** As `firebase auth:export people.json` writes it: one object, with everybody in a list. */
export async function* firebaseRows(text: AsyncIterable<string>): AsyncGenerator<Row> {
  const whole = parseJson((await Array.fromAsync(text)).join(''))
  const users = isObject(whole) ? whole.users : null
  if (!Array.isArray(users))
    throw unreadable('it is not what firebase auth:export writes, an object with a list of users')
  for (const [place, user] of users.entries()) yield { line: place + 1, ...fieldsOf(user) }
}

function fieldsOf(value: unknown): Pick<Row, 'fields' | 'faults'> {
  if (!isObject(value)) return { fields: {}, faults: ['The line is not an object in JSON.'] }
  if (value.localId !== undefined) return fieldsOfFirebase(value)
  const faults: string[] = []
  const { profile, ...flat } = value
  if (profile !== undefined && !isObject(profile)) faults.push('The profile is not an object.')
  const entries = [...Object.entries(flat), ...(isObject(profile) ? Object.entries(profile) : [])]
  const unknown = entries.filter(([name]) => !Object.hasOwn(jsonNames, name))
  if (unknown.length > 0) {
    const names = unknown.map(([name]) => JSON.stringify(shown(name)))
    faults.push(`The person has fields of unknown names: ${names.join(', ')}.`)
  }
  const named = entries
    .filter((entry) => !unknown.includes(entry))
    .flatMap(([name, content]) => (jsonNames[name] ? [[jsonNames[name], content] as const] : []))
  return { fields: textsOf(named, faults), faults }
}

/** Its other fields have no place here. */
function fieldsOfFirebase(value: Record<string, unknown>): Pick<Row, 'fields' | 'faults'> {
  const { localId, email, emailVerified, passwordHash, salt, displayName, createdAt, disabled } = value
  const faults: string[] = []
  const fields = textsOf(
    [
      ['firebase_id', localId],
      ['email', email],
      ['email_verified', emailVerified],
      ['password_hash', passwordHash],
      ['firebase_salt', salt],
      ['full_name', displayName],
      ['created_at', createdAt],
    ],
    faults,
  )
  if (disabled === true) Object.assign(fields, { status: 'suspended', suspend_reason: 'Disabled in Firebase' })
  return { fields, faults }
}

function textsOf(entries: (readonly [string, unknown])[], faults: string[]): Fields {
  const present = entries.filter(([, content]) => content !== undefined && content !== null)
  const isText = ([, content]: readonly [string, unknown]) => ['string', 'number', 'boolean'].includes(typeof content)
  for (const [name] of present.filter((entry) => !isText(entry))) faults.push(`The field ${name} is not text.`)
  // A half of a surrogate pair becomes what no name may have.
  return Object.fromEntries(present.filter(isText).map(([name, content]) => [name, String(content).toWellFormed()]))
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Its message holds a piece of the text.
    return undefined
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
