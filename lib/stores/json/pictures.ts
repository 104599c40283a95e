// Profile pictures: one file each in the folder `pictures`, none in memory. A change writes one file, and a site with many
// pictures needs no more memory than one without.

import { hash, randomBytes } from 'node:crypto'
import { lstat, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { z } from 'zod'

import { makeFolder, removeLeftovers, replaceFile, syncFolder } from '#lib/core/files/durable-file.ts'
import { isAmong } from '#lib/stores/collection.ts'
import { unavailable } from '#lib/stores/errors.ts'
import { kinds, type RecordOf } from '#lib/stores/kinds.ts'
import type { StoreLog } from '#lib/stores/log.ts'
import { requireTexts } from '#lib/stores/texts.ts'
import { type Collection, StoreError } from '#lib/stores/types.ts'

import { damaged } from './damage.ts'
import { tighten } from './folder.ts'

type Picture = RecordOf<'picture'>

const { schema } = kinds.picture
const fileSchema = z.strictObject({ version: z.literal(1), picture: schema })

/** A user's id may be any text, so the name is a hash of it. */
const nameOf = (id: string) => `${hash('sha256', id)}.json`
const isName = (name: string) => /^[0-9a-f]{64}\.json$/.test(name)

export interface PicturePart {
  collection: Collection<Picture>
  /** The files of this moment, read one by one. One that was removed since is left out. */
  values(): AsyncIterable<Picture>
  /** Blocks writes until the returned function is called. */
  hold(): Promise<() => void>
  close(): Promise<void>
}

export function createPicturePart(folder: string, settle: () => Promise<void>): PicturePart {
  const path = join(folder, 'pictures')
  let last: Promise<unknown> = Promise.resolve()
  let isClosed = false

  function requireOpen(): void {
    if (isClosed) throw new StoreError('store_unavailable', `${path} is closed.`)
  }

  /** One write after the other. */
  async function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    requireOpen()
    const turn = last.then(work)
    last = turn.catch(() => {})
    return turn
  }

  const write = <Value>(work: () => Promise<Value>) =>
    inTurn(async () => {
      try {
        await settle()
        return await work()
      } catch (cause) {
        throw cause instanceof StoreError ? cause : unavailable(`${path} could not be written`, cause)
      }
    })

  async function save(picture: Picture): Promise<void> {
    await makeFolder(path)
    await replaceFile(join(path, nameOf(picture.id)), encode(picture))
  }

  async function remove(id: string): Promise<void> {
    await rm(join(path, nameOf(id)), { force: true })
    await syncFolder(path)
  }

  async function* among(fields: Partial<Picture>): AsyncGenerator<Picture> {
    const current = await currentFolder(folder)
    const some = fields.id === undefined ? readAll(current) : readSome(current, [nameOf(fields.id)])
    for await (const picture of some) if (isAmong('picture', picture, { fields })) yield picture
  }

  const collection: Collection<Picture> = {
    async put(record) {
      const picture = schema.parse(record)
      requireTexts('picture', picture.id, picture)
      await write(() => save(picture))
    },

    async add(record) {
      const picture = schema.parse(record)
      requireTexts('picture', picture.id, picture)
      return write(async () => {
        if ((await readPicture(join(path, nameOf(picture.id)))) !== null) return false
        await save(picture)
        return true
      })
    },

    async find(id, { fields = {} } = {}) {
      requireOpen()
      const picture = await readPicture(join(await currentFolder(folder), nameOf(id)))
      return picture !== null && isAmong('picture', picture, { fields }) ? picture : null
    },

    async take(id, { fields = {} } = {}) {
      return write(async () => {
        const picture = await readPicture(join(path, nameOf(id)))
        if (picture === null || !isAmong('picture', picture, { fields })) return null
        await remove(id)
        return picture
      })
    },

    async list({ fields = {} }, limit) {
      requireOpen()
      const found = await Array.fromAsync(among(fields))
      return found.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit)
    },

    async deleteAll(fields) {
      return write(async () => {
        const ids = (await Array.fromAsync(among(fields))).map(({ id }) => id)
        for (const id of ids) await remove(id)
        return ids.length
      })
    },

    async deleteExpired() {
      requireOpen()
      return 0
    },
  }

  return {
    collection,
    values: () => readPictures(folder),
    async hold() {
      const { promise, resolve } = Promise.withResolvers<void>()
      const held = Promise.withResolvers<void>()
      inTurn(() => {
        held.resolve()
        return promise
      }).catch(held.reject)
      await held.promise
      return resolve
    },
    async close() {
      isClosed = true
      await last
    },
  }
}

/** At the start. Reads no picture: a damaged one must not stop the site. */
export async function preparePictures(folder: string, log: StoreLog): Promise<void> {
  const path = join(folder, 'pictures')
  if (!(await isThere(path))) return
  await removeLeftovers(path)
  await tighten(path, log)
}

/** The pictures of a folder, also from outside. */
export async function* readPictures(folder: string): AsyncGenerator<Picture> {
  yield* readAll(await currentFolder(folder))
}

/** The new pictures of a store that is replaced, in a folder that is moved into place. */
export interface WrittenPictures {
  path: string
  add(picture: Picture): Promise<void>
}

export async function writePictures(folder: string): Promise<WrittenPictures> {
  const path = join(folder, `pictures.${randomBytes(8).toString('hex')}.tmp`)
  await makeFolder(path)
  return {
    path,
    add: (picture) => replaceFile(join(path, nameOf(picture.id)), encode(picture)),
  }
}

/** In place, or still in a replacement. */
async function currentFolder(folder: string): Promise<string> {
  const replaced = join(folder, 'replacement', 'pictures')
  return (await isThere(replaced)) ? replaced : join(folder, 'pictures')
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

async function* readAll(path: string): AsyncGenerator<Picture> {
  const names = await readdir(path).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw unavailable(`${path} cannot be read`, error)
  })
  yield* readSome(path, names.filter(isName).toSorted())
}

async function* readSome(path: string, names: readonly string[]): AsyncGenerator<Picture> {
  for (const name of names) {
    const picture = await readPicture(join(path, name))
    if (picture !== null) yield picture
  }
}

async function readPicture(path: string): Promise<Picture | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return null
    throw unavailable(`${path} cannot be read`, error)
  }
  const parsed = fileSchema.safeParse(parseJson(text))
  if (!parsed.success || !path.endsWith(nameOf(parsed.data.picture.id))) {
    throw damaged(path, 'it is not the picture that its name says')
  }
  return parsed.data.picture
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function encode(picture: Picture): Buffer[] {
  return [Buffer.from(`${JSON.stringify({ version: 1, picture })}\n`)]
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
