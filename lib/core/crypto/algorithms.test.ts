// Which cryptography the site has, read from the sources, so that none comes in unseen.
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

test('the sources are read at all', () => {
  expect(sources).toContain('lib/core/crypto/hash.ts')
  expect(sources.length).toBeGreaterThan(200)
})

test('cryptography is Node’s own, argon2, bcrypt and iron-session [V11.1.3, V11.2.1]', () => {
  const libraries =
    /from '((?:node:)?crypto|node:tls|node:https|@node-rs\/[^']+|iron[^']*|[^']*(?:crypt|cipher|jose|jsonwebtoken|sha\d|md5|hash-)[^'./]*)'/g
  const found = new Set(find(libraries).map((line) => line.split(': ')[1]))
  expect(found).toEqual(new Set(['node:crypto', '@node-rs/argon2', '@node-rs/bcrypt', 'iron-session']))
  expect(find(/(crypto\.subtle|globalThis\.crypto|\brandomUUID\b|require\(['"](?:node:)?crypto)/g)).toEqual([])
})

describe('the algorithms', () => {
  test('of digests and keyed hashes are SHA-256 [V11.4.1, V11.4.3]', () => {
    const named = find(/\b(?:createHash|createHmac|hkdfSync|hkdf|createSign|createVerify)\(\s*(['"`]?[\w-]+)/g)
    expect(named.length).toBeGreaterThan(5)
    // The one service of its kind goes by SHA-1; nothing rests on it here.
    const others = ["lib/auth/passwords/breached-passwords.ts: 'sha1"]
    expect(named.filter((found) => !found.endsWith(": 'sha256"))).toEqual(others)
    expect(find(/\b(md[245]|ripemd\w*|sha-?224)\b/gi)).toEqual([])
  })

  test('encrypt by iron-session; our own cipher only redoes the hashes that Firebase made [V11.3.1]', () => {
    expect(find(/\b((?:create(?:Cipher|Decipher)\w*|publicEncrypt|privateDecrypt)\([^)]*)/g)).toEqual([
      "lib/core/crypto/old-hashes.ts: createCipheriv('aes-256-ctr', derived.subarray(0, 32",
    ])
    expect(find(/\b([\w-]*-ecb|des-[\w-]+|rc4|RSA_PKCS1_PADDING)\b/gi)).toEqual([])
  })

  test('compare what was made from a secret in constant time [V11.2.4]', () => {
    expect(find(/\b(timingSafeEqual)\(/g)).toEqual([
      'lib/core/crypto/keyed-hash.ts: timingSafeEqual',
      'lib/core/crypto/old-hashes.ts: timingSafeEqual',
    ])
    // Whatever else is found by a secret is found by its SHA-256, of which a clock tells nothing. What stays is two fields
    // of one form, the mark of who has no password, and codes of errors.
    const named = /\b([\w.]*(?:token|code|secret|password|hash|seal|mac|digest|signature) [!=]== [\w.']+)/gi
    const withConstant = /[!=]== (?:null|undefined|0|'.*|typeof)$/
    expect(new Set(find(named).filter((found) => !withConstant.test(found)))).toEqual(
      new Set([
        'lib/auth/accounts.ts: record.passwordHash !== passwordHash',
        'lib/auth/accounts.ts: record.passwordHash === noPassword',
        'lib/auth/factors.ts: passwordHash !== noPassword',
        'lib/auth/forms.ts: typed.confirmPassword !== typed.password',
        'lib/features/import/import.ts: user.passwordHash === noPassword',
        'lib/features/passkeys/passkeys.ts: record.passwordHash === noPassword',
        'lib/features/two-factor/two-factor.ts: hash !== found.value',
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

test('no certificate goes unchecked, and none of what TLS refuses is allowed again [V12.3.2]', () => {
  expect(
    find(/(?<!'tls\.)(rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED|checkServerIdentity|minVersion|secureProtocol)/g),
  ).toEqual([])
})
