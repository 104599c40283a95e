// Parses the file formats (CSV, JSON lines, Firebase's list) into rows of named texts.
import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { profileFieldNames } from '../../core/profile.ts'
import { snakeCase, userSchema } from '../../stores/kinds.ts'
import { isObject, parseJson } from './json.ts'
import { type Column, type Fields, importColumns, type Row, shown, unreadable } from './reading.ts'
import { readApp } from './totp.ts'

/** Further keys of JSON lines, with the names in Gatehouse's own export. Null means ignored. */
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
  // Of Gatehouse's own export, which has no secrets.
  authenticatorAppSince: null,
  recoveryCodesLeft: null,
}

/** Drops a byte-order mark and converts CRLF, so that line numbers are right. */
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

/** A user's row has a few kilobytes. */
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
      const errors = record.length === columns.length ? [] : ['The row has not as many fields as the first line.']
      yield { line, fields, errors }
    }
  } catch (error) {
    // The parser's message can contain file content, such as a hash.
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

/** Reports an unknown column by its number: without a header, the first line contains a user's data. */
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

/** Not `readline`: it also breaks lines at U+2028, which JSON strings may contain. */
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

/** Reads the output of `firebase auth:export`: one object with a list of users. */
export async function* firebaseRows(text: AsyncIterable<string>): AsyncGenerator<Row> {
  const whole = parseJson((await Array.fromAsync(text)).join(''))
  const users = isObject(whole) ? whole.users : null
  if (!Array.isArray(users))
    throw unreadable('it is not what firebase auth:export writes, an object with a list of users')
  for (const [place, user] of users.entries()) yield { line: place + 1, ...fieldsOf(user) }
}

function fieldsOf(value: unknown): Omit<Row, 'line'> {
  if (!isObject(value)) return { fields: {}, errors: ['The line is not an object in JSON.'] }
  if (value.localId !== undefined) return fieldsOfFirebase(value)
  const { profile, totp, credentials, ...flat } = value
  const app = readApp(totp, credentials)
  const { errors } = app
  if (profile !== undefined && !isObject(profile)) errors.push('The profile is not an object.')
  const entries = [...Object.entries(flat), ...(isObject(profile) ? Object.entries(profile) : [])]
  const unknown = entries.filter(([name]) => !Object.hasOwn(jsonNames, name))
  if (unknown.length > 0) {
    const names = unknown.map(([name]) => JSON.stringify(shown(name)))
    errors.push(`The user has unknown fields: ${names.join(', ')}.`)
  }
  const named = entries
    .filter((entry) => !unknown.includes(entry))
    .flatMap(([name, content]) => (jsonNames[name] ? [[jsonNames[name], content] as const] : []))
  return { fields: textsOf(named, errors), errors, app }
}

/** Ignores all other Firebase fields. */
function fieldsOfFirebase(value: Record<string, unknown>): Pick<Row, 'fields' | 'errors'> {
  const { localId, email, emailVerified, passwordHash, salt, displayName, createdAt, disabled } = value
  const errors: string[] = []
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
    errors,
  )
  if (disabled === true) Object.assign(fields, { status: 'suspended', suspend_reason: 'Disabled in Firebase' })
  return { fields, errors }
}

function textsOf(entries: (readonly [string, unknown])[], errors: string[]): Fields {
  const present = entries.filter(([, content]) => content !== undefined && content !== null)
  const isText = ([, content]: readonly [string, unknown]) => ['string', 'number', 'boolean'].includes(typeof content)
  for (const [name] of present.filter((entry) => !isText(entry))) errors.push(`The field ${name} is not text.`)
  // Turns half a surrogate pair into U+FFFD, which no name may contain.
  return Object.fromEntries(present.filter(isText).map(([name, content]) => [name, String(content).toWellFormed()]))
}
