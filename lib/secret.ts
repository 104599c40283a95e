// The generated session secret: made once per DATA_DIR, for those who set no SESSION_SECRET.
import { randomBytes } from 'node:crypto'
import { chmod, lstat, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createFile, makeFolder } from './core/files/durable-file.ts'
import { isPermissionError, permissionAdvice } from './core/files/file-owner.ts'

const minLength = 32

/**
 * Reads DATA_DIR/secret, or makes it (32 random bytes, mode 0600). Two processes that start together agree on one.
 * Throws when there is a secret that is too short to use, and leaves it as it is.
 */
export async function readOrCreateSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, 'secret')
  if ((await readSecret(dataDir)) === null) await create(path)
  const kept = await readSecret(dataDir)
  if (kept === null) throw new Error(`The secret just made at ${path} is gone.`)
  return kept
}

/** The secret that was made earlier, or null. Makes nothing. Throws as above when it cannot be used. */
export async function readSecret(dataDir: string): Promise<string | null> {
  const path = join(dataDir, 'secret')
  const kept = (await readIfThere(path))?.trim()
  if (kept === undefined) return null
  if (kept.length >= minLength) {
    await close(path)
    return kept
  }
  throw damaged(
    `The secret in ${path} is shorter than ${minLength} characters. Restore it, or delete the file to have a new one made: everyone is logged out then, and mails that wait are lost.`,
  )
}

async function create(path: string): Promise<void> {
  try {
    await makeFolder(dirname(path))
    await createFile(path, Buffer.from(`${randomBytes(32).toString('base64url')}\n`))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const advice = isPermissionError(cause) ? ` ${permissionAdvice(dirname(path), dirname(path))} Otherwise:` : ''
    const fault = `The session secret cannot be kept in ${path} (${reason}).${advice} Set SESSION_SECRET to at least ${minLength} random characters.`
    throw Object.assign(new Error(fault, { cause }), { code: 'secret_unavailable' })
  }
}

/** Against other accounts of the machine. On a read-only file system it stays as somebody made it. */
async function close(path: string): Promise<void> {
  await chmod(path, 0o600).catch((cause: NodeJS.ErrnoException) => {
    if (isPermissionError(cause)) throw notPermitted(path, cause)
    if (cause.code !== 'EROFS') throw cause
  })
}

function notPermitted(path: string, cause: Error): Error {
  const fault = `The secret in ${path} cannot be used: ${cause.message}. ${permissionAdvice(path, dirname(path))}`
  return Object.assign(new Error(fault, { cause }), { code: 'secret_unavailable' })
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
    if (cause instanceof Error && 'code' in cause && /^(ENOENT|ENOTDIR)$/.test(String(cause.code))) return null
    if (cause instanceof Error && isPermissionError(cause)) throw notPermitted(path, cause)
    throw cause
  }
}
