// The generated session secret, one per DATA_DIR, for sites without SESSION_SECRET.

import { randomBytes } from 'node:crypto'
import { chmod, lstat, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode } from './core/error-code.ts'
import { createFile, makeFolder } from './core/files/durable-file.ts'
import { isPermissionError, permissionAdvice } from './core/files/file-owner.ts'

const minLength = 32

/**
 * Reads DATA_DIR/secret, or creates it (32 random bytes, mode 0600). Two processes that start together get the same
 * one. Throws when an existing secret is too short, and leaves it unchanged.
 */
export async function readOrCreateSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, 'secret')
  if ((await readSecret(dataDir)) === null) await create(path)
  const kept = await readSecret(dataDir)
  if (kept === null) throw new Error(`The secret just made at ${path} is gone.`)
  return kept
}

/** The existing secret, or null. Creates nothing. Throws like `readOrCreateSecret`. */
export async function readSecret(dataDir: string): Promise<string | null> {
  const path = join(dataDir, 'secret')
  const kept = (await readIfThere(path))?.trim()
  if (kept === undefined) return null
  if (kept.length >= minLength) {
    await close(path)
    return kept
  }
  throw damaged(
    `The secret in ${path} is shorter than ${minLength} characters. Restore it, or delete the file so that a new one is created: then all users are logged out, queued mails are lost, and authenticator apps no longer work.`,
  )
}

async function create(path: string): Promise<void> {
  try {
    await makeFolder(dirname(path))
    await createFile(path, Buffer.from(`${randomBytes(32).toString('base64url')}\n`))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const advice = isPermissionError(cause) ? ` ${permissionAdvice(dirname(path), dirname(path))} Otherwise:` : ''
    const message = `The session secret cannot be kept in ${path} (${reason}).${advice} Set SESSION_SECRET to at least ${minLength} random characters.`
    throw Object.assign(new Error(message, { cause }), { code: 'secret_unavailable' })
  }
}

/** Other accounts of the machine must not read it. On a read-only file system the mode stays as it is. */
async function close(path: string): Promise<void> {
  await chmod(path, 0o600).catch((cause: NodeJS.ErrnoException) => {
    if (isPermissionError(cause)) throw notPermitted(path, cause)
    if (cause.code !== 'EROFS') throw cause
  })
}

function notPermitted(path: string, cause: Error): Error {
  const message = `The secret in ${path} cannot be used: ${cause.message}. ${permissionAdvice(path, dirname(path))}`
  return Object.assign(new Error(message, { cause }), { code: 'secret_unavailable' })
}

function damaged(message: string): Error {
  return Object.assign(new Error(message), { code: 'secret_damaged' })
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    const found = await lstat(path)
    if (found.isFile()) return await readFile(path, 'utf8')
    throw damaged(`${path} is not a plain file. Move it away, or set SESSION_SECRET.`)
  } catch (cause) {
    if (/^(ENOENT|ENOTDIR)$/.test(errorCode(cause) ?? '')) return null
    if (cause instanceof Error && isPermissionError(cause)) throw notPermitted(path, cause)
    throw cause
  }
}
