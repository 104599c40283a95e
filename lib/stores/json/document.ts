// The file format of the JSON driver: `{"version":1,"<section>":{` and then one record a line. Accepts other white
// space, rejects everything else and never writes.

import { constants, isUtf8 } from 'node:buffer'
import { lstat, readFile } from 'node:fs/promises'

import type { z } from 'zod'

import { isPermissionError } from '#lib/core/files/file-owner.ts'
import { decodeText, withoutNotANumber } from '#lib/core/files/python-json.ts'
import { messageOf, notPermitted } from '#lib/stores/errors.ts'
import { kindNames, kinds } from '#lib/stores/kinds.ts'
import { StoreError } from '#lib/stores/types.ts'

import { damaged, folderOf, madeByNewer } from './damage.ts'
import { findJsonFault } from './json-fault.ts'
import { PagedRecords } from './paged-records.ts'
import { isStreamlitSessions, isStreamlitUsers } from './streamlit-files.ts'

export interface StoredFile {
  path: string
  bytes: Buffer
  text: string
  value: Record<string, unknown>
}

/** One part of a file: records by id. */
export interface Section<Kept> {
  schema: z.ZodType<Kept>
  /** The stored record without the id, or with the id repeated. */
  inFile(record: Kept): object
}

/** The parts of all store files. One of these in the wrong file is an error; any other comes from a later version. */
export const ownParts: readonly string[] = kindNames.map((name) => kinds[name].part)

type Identified = { id: string }
type Encodable = Pick<PagedRecords<Identified>, 'encode'>
type Described<Kinds> = { [Name in keyof Kinds]: Section<Kinds[Name]> }
type Loaded<Kinds extends Record<string, Identified>> = { [Name in keyof Kinds]: PagedRecords<Kinds[Name]> }

/** Null when the file is missing. Throws `store_damaged` for anything but a JSON object. */
export async function readStoredFile(path: string): Promise<StoredFile | null> {
  const bytes = await readRegularFile(path)
  if (bytes === null) return null
  if (bytes.length > constants.MAX_STRING_LENGTH) throw damaged(path, 'it is longer than this program can read')
  try {
    return readOwnFile(path, bytes)
  } catch (fault) {
    const older = readOlderFile(path, bytes)
    if (older === null) throw fault
    return older
  }
}

/**
 * Reads a file of the Streamlit application, written by Python or a Windows editor. Null for any other: our files are
 * read strictly.
 */
function readOlderFile(path: string, bytes: Buffer): StoredFile | null {
  const text = decodeText(bytes)
  if (text === null) return null
  try {
    const json = withoutNotANumber(text)
    const value: unknown = JSON.parse(json)
    const file = isObject(value) ? { path, bytes, text: json, value } : null
    return file !== null && (isStreamlitUsers(file) || isStreamlitSessions(file)) ? file : null
  } catch {
    return null
  }
}

function readOwnFile(path: string, bytes: Buffer): StoredFile {
  // Ten times as quick as a TextDecoder, which counts for a hundred megabytes.
  if (!isUtf8(bytes)) throw damaged(path, 'it is not UTF-8 text')
  const text = bytes.toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw damaged(path, jsonFault(text) ?? 'it is not JSON')
  }
  if (!isObject(value)) throw damaged(path, 'it is JSON, but not an object')
  return { path, bytes, text, value }
}

/** The records of each section, in a file of version 1 with exactly these sections. */
export async function loadSections<Kinds extends Record<string, Identified>>(
  file: StoredFile,
  described: Described<Kinds>,
): Promise<Loaded<Kinds>> {
  const { version, ...sections } = file.value
  const isLater = typeof version === 'number' && version > 1
  if (isLater) throw madeByNewer(file.path, `version ${version} of the file; this one reads version 1`)
  if (version !== 1) throw damaged(file.path, `its version is ${JSON.stringify(version)}; this program reads version 1`)
  for (const name of Object.keys(sections).filter((other) => !Object.hasOwn(described, other))) {
    const fault = `it has an unknown part ${JSON.stringify(name)}`
    throw ownParts.includes(name) ? damaged(file.path, fault) : madeByNewer(file.path, fault)
  }
  const loaded = {} as Loaded<Kinds>
  for (const name in described) loaded[name] = loadSection(file, name, sections[name], described[name])
  // A file in our exact layout cannot repeat a key, so only a manually edited one pays for the search.
  if (!isConcatenation(file.bytes, await joinSections(loaded))) refuseRepeatedKeys(file)
  return loaded
}

/** JSON.parse keeps the last of equal keys silently, which would lose a record. */
export function refuseRepeatedKeys({ path, text }: StoredFile): void {
  const fault = jsonFault(text)
  if (fault) throw damaged(path, fault)
}

/**
 * Half of V8's maximum string length, so that the next start can read the file. Rejects longer content and leaves the
 * store unchanged.
 */
const longestFile = 256 * 1024 * 1024

export async function encodeSections(
  sections: Record<string, Encodable>,
  mostBytes: number = longestFile,
): Promise<Buffer[]> {
  const chunks = await joinSections(sections)
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  if (bytes <= mostBytes) return chunks
  throw new Error(
    `it would have ${Math.ceil(bytes / 2 ** 20)} MB, more than the JSON store takes; move to SQLite with store migrate`,
  )
}

async function joinSections(sections: Record<string, Encodable>): Promise<Buffer[]> {
  const chunks: Buffer[] = []
  let opening = '{"version":1'
  for (const [name, records] of Object.entries(sections)) {
    const lines = await records.encode()
    chunks.push(Buffer.from(`${opening},"${name}":{\n`), ...lines)
    opening = lines.length > 0 ? '\n}' : '}'
  }
  chunks.push(Buffer.from(`${opening}}\n`))
  return chunks
}

/** False when the file is missing. Throws `store_damaged` for anything but a file. */
export async function isRegularFile(path: string): Promise<boolean> {
  try {
    const stats = await lstat(path)
    if (stats.isSymbolicLink()) {
      throw damaged(path, 'it is a symbolic link, which the first write would replace; set DATA_DIR to where it points')
    }
    if (!stats.isFile()) throw damaged(path, 'it is not a regular file')
    return true
  } catch (error) {
    if (error instanceof StoreError) throw error
    if (isMissing(error)) return false
    if (isPermissionError(error)) throw notPermitted(path, error, folderOf(path))
    throw damaged(path, messageOf(error))
  }
}

/** Null when the file is missing. */
async function readRegularFile(path: string): Promise<Buffer | null> {
  if (!(await isRegularFile(path))) return null
  try {
    return await readFile(path)
  } catch (error) {
    if (isMissing(error)) return null
    throw damaged(path, messageOf(error))
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function loadSection<Kept extends Identified>(
  file: StoredFile,
  name: string,
  found: unknown,
  { schema, inFile }: Section<Kept>,
): PagedRecords<Kept> {
  if (!isObject(found)) throw damaged(file.path, `its part "${name}" is missing or not an object`)
  const records = new PagedRecords(inFile)
  for (const [id, value] of Object.entries(found)) {
    const checked = schema.safeParse(isObject(value) ? { id, ...value } : value)
    if (!checked.success) {
      const later = unknownFields(checked.error)
      if (later !== null) throw madeByNewer(file.path, `${nameOf(file, id)} has ${later}`)
      const [issue] = checked.error.issues
      const field = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : ''
      throw damagedRecord(file, id, `${field}${issue?.message ?? 'wrong form'}`)
    }
    if (checked.data.id !== id) throw damagedRecord(file, id, 'it holds another id')
    records.set(checked.data)
  }
  return records
}

/** Describes fields unknown to this version, or returns null when they are not the problem. */
export function unknownFields({ issues }: z.ZodError): string | null {
  const keys = issues.map((issue) =>
    issue.code === 'unrecognized_keys' && !issue.keys.includes('__proto__') ? issue.keys.join(', ') : null,
  )
  return keys.includes(null) ? null : `unknown fields: ${keys.join(', ')}`
}

function damagedRecord(file: StoredFile, key: string, fault: string): StoreError {
  return damaged(file.path, `${nameOf(file, key)} is wrong (${fault})`)
}

function nameOf(file: StoredFile, key: string): string {
  const quoted = JSON.stringify(key)
  const at = file.text.indexOf(`${quoted}:`)
  return `the record ${quoted}${at === -1 ? '' : ` on line ${file.text.slice(0, at).split('\n').length}`}`
}

function isConcatenation(bytes: Buffer, chunks: Buffer[]): boolean {
  let at = 0
  for (const chunk of chunks) {
    if (!chunk.equals(bytes.subarray(at, at + chunk.length))) return false
    at += chunk.length
  }
  return at === bytes.length
}

function jsonFault(text: string): string | null {
  if (text === '') return 'it is empty'
  const found = findJsonFault(text)
  return found && `line ${found.line}, column ${found.column}: ${found.fault}`
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
