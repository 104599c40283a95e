// The generated session secret: made once per DATA_DIR, for those who set no SESSION_SECRET.
import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

const minLength = 32

/**
 * Reads DATA_DIR/secret, or makes it (32 random bytes, mode 0600). Two processes that start together agree on one:
 * the file appears whole or not at all. Throws when there is a secret that is too short to use.
 */
export async function readOrCreateSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, 'secret')
  const existing = await readSecret(path)
  if (existing !== null) return existing

  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}.tmp`
  const file = await open(draft, 'w', 0o600)
  try {
    await file.writeFile(`${randomBytes(32).toString('base64url')}\n`)
    await file.sync()
    await link(draft, path)
  } catch (cause) {
    if (!isCode(cause, 'EEXIST')) throw cause
  } finally {
    await file.close()
    await rm(draft, { force: true })
  }
  await syncFolder(dataDir)

  const made = await readSecret(path)
  if (made === null) throw new Error(`The secret just made at ${path} is gone.`)
  return made
}

async function readSecret(path: string): Promise<string | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return null
    throw cause
  }
  const secret = text.trim()
  if (secret.length < minLength) {
    throw new Error(
      `The secret in ${path} is shorter than ${minLength} characters. Restore it, or delete the file to have a new one made: everyone is logged out then.`,
    )
  }
  return secret
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
