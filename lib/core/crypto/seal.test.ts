import { createDecipheriv, createHmac, pbkdf2Sync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { seal, unseal } from './seal.ts'

const [secret, older, foreign] = ['s'.repeat(43), 'o'.repeat(43), 'f'.repeat(43)]
const content = { to: 'alice@example.org' }

/** The parts of iron's format, ending with the version that iron-session adds. */
function readParts(sealed: string) {
  const [form, version] = sealed.split('~')
  const [prefix, passwordId, salt = '', iv = '', encrypted = '', expiration, macSalt = '', mac] = form?.split('*') ?? []
  return { form: form ?? '', version, prefix, passwordId, salt, iv, encrypted, expiration, macSalt, mac }
}
const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** Another character that differs in its highest bit: the lowest bits of a last character may be unused. */
const replacementFor = (character = '') => base64url[base64url.indexOf(character) ^ 32] ?? 'A'
const keyOf = (salt: string) => pbkdf2Sync(secret, salt, 1, 32, 'sha1')

describe('a seal', () => {
  test('opens only for its purpose, with any of the site’s secrets [V9.2.2, V11.2.2]', async () => {
    const sealed = await seal(content, 'mail', [older])
    expect(await unseal(sealed, 'mail', [secret, older])).toEqual(content)
    expect(await unseal(sealed, 'form', [secret, older])).toBeNull()
    expect(await unseal(sealed, 'mail', [secret, foreign])).toBeNull()
  })

  test('does not open with any one character changed, or cut short [V11.3.3]', async () => {
    const sealed = await seal(content, 'mail', [secret])
    for (let at = 0; at < sealed.indexOf('~'); at += 1) {
      const changed = `${sealed.slice(0, at)}${replacementFor(sealed[at])}${sealed.slice(at + 1)}`
      expect(await unseal(changed, 'mail', [secret]), `changed at ${at}`).toBeNull()
      expect(await unseal(sealed.slice(0, at), 'mail', [secret]), `cut at ${at}`).toBeNull()
    }
  })

  test('differs each time: salts and vectors are never reused [V11.3.4]', async () => {
    const sealed = await Promise.all(Array.from({ length: 200 }, () => seal(content, 'mail', [secret])))
    for (const part of ['salt', 'iv', 'macSalt', 'encrypted', 'mac'] as const) {
      expect(new Set(sealed.map((one) => readParts(one)[part])).size, part).toBe(sealed.length)
    }
    expect(Buffer.from(readParts(sealed[0] ?? '').iv, 'base64url')).toHaveLength(16)
  })

  test('uses AES-256-CBC, with an HMAC-SHA-256 over the ciphertext [V11.2.3, V11.3.1, V11.3.5]', async () => {
    const { form, prefix, salt, iv, encrypted, macSalt, mac } = readParts(await seal(content, 'mail', [secret]))
    expect(prefix).toBe('Fe26.2')
    const covered = form.split('*').slice(0, 6).join('*')
    expect(createHmac('sha256', keyOf(macSalt)).update(covered).digest('base64url')).toBe(mac)
    expect(covered).toContain(encrypted)
    const decipher = createDecipheriv('aes-256-cbc', keyOf(salt), Buffer.from(iv, 'base64url'))
    const opened = Buffer.concat([decipher.update(Buffer.from(encrypted, 'base64url')), decipher.final()])
    expect(JSON.parse(opened.toString())).toEqual({ purpose: 'mail', content })
  })
})
