// The generated session secret: made once per DATA_DIR, for those who set no SESSION_SECRET.
import { randomBytes } from 'node:crypto'
import { chmod, lstat, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createFile } from './durable-file.ts'

const minLength = 32

/**
 * Reads DATA_DIR/secret, or makes it (32 random bytes, mode 0600). Two processes that start together agree on one.
 * Throws when there is a secret that is too short to use, and leaves it as it is.
 */
export async function readOrCreateSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, 'secret')
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const secret = `${randomBytes(32).toString('base64url')}\n`
  if ((await readIfThere(path)) === null) await createFile(path, Buffer.from(secret))

  const kept = (await readIfThere(path))?.trim()
  if (kept === undefined) throw new Error(`The secret just made at ${path} is gone.`)
  if (kept.length >= minLength) {
    await chmod(path, 0o600)
    return kept
  }
  throw damaged(
    `The secret in ${path} is shorter than ${minLength} characters. Restore it, or delete the file to have a new one made: everyone is logged out then.`,
  )
}

function damaged(fault: string): Error {
  return Object.assign(new Error(fault), { code: 'secret_damaged' })
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    const found = await lstat(path)
    if (found.isFile()) return await readFile(path, 'utf8')
    throw damaged(`${path} is not a plain file. Move it away, or give the secret in SESSION_SECRET.`)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null
    throw cause
  }
}
