// The cryptography of the site and its places, read from the sources, so that additions are noticed.
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const sources = globSync(['{app,lib}/**/*.{ts,tsx}', 'middleware.ts', 'instrumentation.ts', '*.mjs'], {
  cwd: root,
  exclude: ['**/*.test.ts', '**/*-for-test.ts', 'lib/stores/contract/**'],
}).toSorted()

/** Every match of the pattern's first group, as "file: match". */
function find(pattern: RegExp): string[] {
  return sources.flatMap((file) => [...read(file).matchAll(pattern)].map(([, found]) => `${file}: ${found?.trim()}`))
}

test('finds the sources', () => {
  expect(sources).toContain('lib/core/crypto/hash.ts')
  expect(sources.length).toBeGreaterThan(200)
})

describe('the libraries', () => {
  test('are Node’s own, argon2, bcrypt and iron-session, only in these files [V11.1.3, V11.2.1]', () => {
    const libraries =
      /from '((?:node:)?crypto|node:tls|node:https|@node-rs\/[^']+|iron[^']*|[^']*(?:crypt|cipher|jose|jsonwebtoken|sha\d|md5|hash-)[^'./]*)'/g
    expect(find(libraries)).toEqual([
      'lib/auth/passwords/breached-passwords.ts: node:crypto',
      'lib/core/crypto/hash.ts: node:crypto',
      'lib/core/crypto/keyed-hash.ts: node:crypto',
      'lib/core/crypto/old-hashes.ts: node:crypto',
      'lib/core/crypto/old-hashes.ts: @node-rs/argon2',
      'lib/core/crypto/old-hashes.ts: @node-rs/bcrypt',
      'lib/core/crypto/password.ts: @node-rs/argon2',
      'lib/core/crypto/random.ts: node:crypto',
      'lib/core/crypto/seal.ts: iron-session',
      'lib/core/files/durable-file.ts: node:crypto',
      'lib/features/import/person.ts: node:crypto',
      'lib/secret.ts: node:crypto',
      'lib/server/action-key.ts: node:crypto',
      'lib/server/build.ts: node:crypto',
      'lib/stores/audit-chain.ts: node:crypto',
      'lib/stores/backup-file.ts: node:crypto',
      'lib/stores/summary.ts: node:crypto',
      'lib/web/session-cookie.ts: iron-session',
    ])
    expect(find(/(crypto\.subtle|globalThis\.crypto|\brandomUUID\b|require\(['"](?:node:)?crypto)/g)).toEqual([])
  })
})

describe('the algorithms', () => {
  test('of digests and keyed hashes are SHA-256 [V11.4.1, V11.4.3]', () => {
    const named = find(/\b(?:createHash|createHmac|hkdfSync|hkdf|createSign|createVerify)\(\s*(['"`]?[\w-]+)/g)
    expect(named.length).toBeGreaterThan(5)
    // Pwned Passwords uses SHA-1; no security here depends on it.
    const others = ["lib/auth/passwords/breached-passwords.ts: 'sha1"]
    expect(named.filter((found) => !found.endsWith(": 'sha256"))).toEqual(others)
    expect(find(/\b(md[245]|ripemd\w*|sha-?224)\b/gi)).toEqual([])
  })

  test('encrypt with iron-session; the only other cipher verifies Firebase hashes [V11.3.1]', () => {
    expect(find(/\b((?:create(?:Cipher|Decipher)\w*|publicEncrypt|privateDecrypt)\([^)]*)/g)).toEqual([
      "lib/core/crypto/old-hashes.ts: createCipheriv('aes-256-ctr', derived.subarray(0, 32",
    ])
    expect(find(/\b([\w-]*-ecb|des-[\w-]+|rc4|RSA_PKCS1_PADDING)\b/gi)).toEqual([])
  })

  test('compare values derived from secrets in constant time [V11.2.4]', () => {
    expect(find(/\b(timingSafeEqual)\(/g)).toEqual([
      'lib/core/crypto/keyed-hash.ts: timingSafeEqual',
      'lib/core/crypto/old-hashes.ts: timingSafeEqual',
    ])
    // Other secrets are looked up by their SHA-256, so timing reveals nothing. The remaining comparisons are two fields
    // of one form, the mark for no password, and error codes.
    const named = /\b([\w.]*(?:token|code|secret|password|hash|seal|mac|digest|signature) [!=]== [\w.']+)/gi
    const withConstant = /[!=]== (?:null|undefined|0|'.*|typeof)$/
    expect(new Set(find(named).filter((found) => !withConstant.test(found)))).toEqual(
      new Set([
        'lib/auth/forms.ts: typed.confirmPassword !== typed.password',
        'lib/features/import/import.ts: user.passwordHash === noPassword',
        'lib/stores/json/folder-lock.ts: code === busy',
        'lib/stores/json/folder-lock.ts: code === corrupt',
        'lib/stores/json/folder-lock.ts: code === notADatabase',
        'lib/stores/json/folder-lock.ts: code !== corrupt',
        'lib/stores/json/folder-lock.ts: code !== notADatabase',
        'lib/stores/sql/postgres.ts: code !== insufficientPrivilege',
      ]),
    )
  })
})

test('never disables certificate checks or enables obsolete TLS options [V12.3.2]', () => {
  expect(
    find(/(?<!'tls\.)(rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED|checkServerIdentity|minVersion|secureProtocol)/g),
  ).toEqual([])
})
