import { hashPassword as betterAuthHash } from '@better-auth/utils/password'
import { hash as argon2Hash } from '@node-rs/argon2'
import { hash as bcryptHash } from '@node-rs/bcrypt'
import { describe, expect, test } from 'vitest'
import { sha256 } from './hash.ts'
import { findHash, firebaseHash, mostCostly, storedFormOf } from './old-hashes.ts'

const password = 'three blind mice'

/** Made by Django itself: django.contrib.auth.hashers.make_password('three blind mice', hasher=…). */
const django = {
  '3.2.25, pbkdf2_sha256': 'pbkdf2_sha256$260000$cJa8XwPdHa9EzAX0wW1NKj$yQnq7xqh79CO35KpC9je+VKhIqyJFmw8G5ToJkuxlFY=',
  '3.2.25, pbkdf2_sha1': 'pbkdf2_sha1$260000$zkTa13BTljV8z2b5iwd94x$ta35eVputNVIyJLRvxV9hpEszLI=',
  '3.2.25, argon2': 'argon2$argon2id$v=19$m=102400,t=2,p=8$Y0s3RnJrMWJxV3M2dXZ6RlpFa01OQg$hNv6aoH2dKnEQDf2C0o4mg',
  '3.2.25, bcrypt': 'bcrypt$$2b$12$ZMYnw8ER2ECrmWNciDME2.gvIpf2KSHe1oY04vLen5UEp52RVpwMO',
  '5.2.17, pbkdf2_sha256': 'pbkdf2_sha256$1000000$u7wGratmsQ3QXoMv3TTgN5$lovqNpuWbEzlOAaRgZNUfGvmU6t469D4dV6CA2dliEE=',
  '5.2.17, pbkdf2_sha1': 'pbkdf2_sha1$1000000$rOjjZ91MDmSFAOnaN3GxsF$L9qnfewkVhpyKbvql9nsGcnK/B8=',
}
/** By Django 3.2.25 of 'cafe\u0301 au lait', which is not in NFC. */
const djangoDecomposed = 'pbkdf2_sha256$260000$WTAcTtZkaN91tlFrdbcxGu$nJqERxi0io2HJZueblbOhHT+HIQEQaJc5LacVJFOX7M='

/** The published example of github.com/firebase/scrypt. */
const firebase = {
  password: 'user1password',
  hash: 'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
  salt: '42xEC+ixf3L2lw==',
  project: {
    signerKey: 'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==',
    saltSeparator: 'Bw==',
    rounds: 8,
    memoryCost: 14,
  },
}
const ofFirebase = firebaseHash(firebase.hash, firebase.salt, firebase.project)

function storedForm(given: string): string {
  const stored = storedFormOf(given)
  if (!stored.ok) throw new Error(stored.code)
  return stored.value
}

async function matches(given: string, typed: string): Promise<boolean | undefined> {
  return findHash(storedForm(given))?.matches(typed)
}

const argon2 = (algorithm: 0 | 1 | 2, version: 0 | 1 = 1) =>
  argon2Hash(password, { algorithm, version, memoryCost: 4096, timeCost: 1 })

const made: [string, () => Promise<string> | string][] = [
  ['argon2id', () => argon2(2)],
  ['argon2i', () => argon2(1)],
  ['argon2d', () => argon2(0)],
  ['argon2i of version 1.0', () => argon2(1, 0)],
  ['argon2id of four lanes', () => argon2Hash(password, { parallelism: 4 })],
  ['bcrypt 2a', () => bcryptHash(password, { cost: 10, version: '2a' })],
  ['bcrypt 2b', () => bcryptHash(password, { cost: 10, version: '2b' })],
  ['bcrypt 2y', () => bcryptHash(password, { cost: 10, version: '2y' })],
  ['better-auth', () => betterAuthHash(password)],
  ['SHA-256', () => sha256(password)],
  ['SHA-256 in capitals', () => sha256(password).toUpperCase()],
  ...Object.entries(django).map(([name, hash]): [string, () => string] => [`Django ${name}`, () => hash]),
]

describe('a hash of another system', () => {
  test.each(made)('lets the right password in and no other: %s', async (_, make) => {
    const given = await make()
    expect(await matches(given, password)).toBe(true)
    for (const miss of ['three blind micE', `${password} `, '']) {
      expect(await matches(given, miss)).toBe(false)
    }
  })

  test.each(made)('has one stored form, and that form is taken as it is: %s', async (_, make) => {
    const stored = storedForm(await make())
    expect(storedForm(stored)).toBe(stored)
  })

  test('is the text that the store had before this: SHA-256 with its prefix, PHC, and bcrypt as it comes', async () => {
    expect(storedForm(sha256(password))).toBe(`sha256$${sha256(password)}`)
    for (const given of [await argon2(2), await bcryptHash(password, { cost: 4 })])
      expect(storedForm(given)).toBe(given)
    expect(storedForm(django['3.2.25, bcrypt'])).toMatch(/^\$2b\$12\$ZMYnw8/)
    expect(storedForm(django['3.2.25, argon2'])).toMatch(/^\$argon2id\$v=19\$m=102400/)
    const ofBetterAuth = await betterAuthHash(password)
    expect(storedForm(ofBetterAuth)).toBe(`better-auth$${ofBetterAuth}`)
  })

  test('of Firebase agrees with the example that Firebase published, in either alphabet of base64', async () => {
    expect(await matches(ofFirebase, firebase.password)).toBe(true)
    expect(await matches(ofFirebase, 'user2password')).toBe(false)
    const forUrls = (text: string) => text.replaceAll('+', '-').replaceAll('/', '_')
    expect(firebaseHash(forUrls(firebase.hash), forUrls(firebase.salt), firebase.project)).toBe(ofFirebase)
  })

  test('of Firebase needs the signer key, separator, rounds and memory of its own project', async () => {
    for (const other of [{ signerKey: firebase.hash }, { saltSeparator: 'Bg==' }, { rounds: 7 }, { memoryCost: 13 }]) {
      const ofOther = firebaseHash(firebase.hash, firebase.salt, { ...firebase.project, ...other })
      expect(await matches(ofOther, firebase.password)).toBe(false)
    }
  })

  test('of bcrypt looks at 72 bytes, as its system did', async () => {
    const given = await bcryptHash(`${'x'.repeat(72)} and more`, { cost: 4 })
    expect(await matches(given, `${'x'.repeat(72)} and other`)).toBe(true)
    expect(await matches(given, 'x'.repeat(71))).toBe(false)
  })

  test('is compared with what is typed, except that better-auth takes NFKC', async () => {
    const [composed, decomposed] = ['caf\u00e9 au lait', 'cafe\u0301 au lait']
    expect(await matches(djangoDecomposed, decomposed)).toBe(true)
    expect(await matches(djangoDecomposed, composed)).toBe(false)
    const ofBetterAuth = await betterAuthHash(decomposed)
    expect(await matches(ofBetterAuth, composed)).toBe(true)
    expect(await matches(ofBetterAuth, 'ｃafé au lait')).toBe(true)
  })

  test.each<[string, () => Promise<string> | string]>([
    ['argon2', () => argon2Hash(password, { memoryCost: 65_536, timeCost: 3 })],
    ['bcrypt', () => bcryptHash(password, { cost: 10 })],
    ['better-auth', () => betterAuthHash(password)],
    ['Firebase', () => ofFirebase],
    ['PBKDF2', () => django['3.2.25, pbkdf2_sha256']],
  ])('is verified beside the event loop: %s', async (_, make) => {
    const given = await make()
    let turns = 0
    let isDone = false
    const turn = () => {
      turns++
      if (!isDone) setImmediate(turn)
    }
    setImmediate(turn)
    await matches(given, password)
    isDone = true
    // Whatever holds the loop leaves a turn or two; beside it there are thousands.
    expect(turns).toBeGreaterThan(5)
  })
})

describe('what is not taken', () => {
  const argon2With = (parameters: string) => `$argon2id$v=19$${parameters}$Y0s3RnJrMWJxV3M2dXZ6$hNv6aoH2dKnEQDf2C0o4mg`
  const bcryptWith = (cost: string) => `$2b$${cost}$ZMYnw8ER2ECrmWNciDME2.gvIpf2KSHe1oY04vLen5UEp52RVpwMO`
  const pbkdf2With = (iterations: number) => django['3.2.25, pbkdf2_sha256'].replace('260000', String(iterations))
  const firebaseWith = (other: Partial<typeof firebase.project>) =>
    firebaseHash(firebase.hash, firebase.salt, { ...firebase.project, ...other })

  test.each([
    ['argon2 of more memory', argon2With('m=262145,t=1,p=1'), argon2With('m=262144,t=1,p=1')],
    ['argon2 of more passes', argon2With('m=262144,t=5,p=1'), argon2With('m=262144,t=4,p=1')],
    ['argon2 of the most there can be', argon2With('m=4294967295,t=4294967295,p=1'), argon2With('m=19456,t=53,p=1')],
    ['bcrypt of a higher cost', bcryptWith('15'), bcryptWith('14')],
    ['bcrypt of the highest cost', bcryptWith('31'), bcryptWith('04')],
    ['PBKDF2 of more iterations', pbkdf2With(mostCostly.pbkdf2Iterations + 1), pbkdf2With(mostCostly.pbkdf2Iterations)],
    ['Firebase of more memory', firebaseWith({ memoryCost: 15 }), firebaseWith({ memoryCost: 14 })],
    ['Firebase of more rounds', firebaseWith({ rounds: 9 }), firebaseWith({ rounds: 8 })],
  ])('is what costs too much, at the import and at the log-in: %s', (_, tooMuch, enough) => {
    expect(storedFormOf(tooMuch)).toEqual({ ok: false, code: 'hash_costly' })
    expect(findHash(tooMuch)).toBeNull()
    expect(storedFormOf(enough).ok).toBe(true)
    expect(findHash(enough)).not.toBeNull()
  })

  test('takes a few seconds at the very most, when it is just allowed', async () => {
    const limits = [argon2With('m=262144,t=4,p=1'), argon2With('m=8,t=131072,p=1'), bcryptWith('14')]
    for (const given of [...limits, pbkdf2With(mostCostly.pbkdf2Iterations)]) {
      const began = performance.now()
      expect(await matches(given, 'other')).toBe(false)
      expect(performance.now() - began).toBeLessThan(10_000)
    }
  })

  test.each([
    ['a password', password],
    ['MD5', '5f4dcc3b5aa765d61d8327deb882cf99'],
    ['SHA-1', '5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8'],
    ['bcrypt over SHA-256, of Django', 'bcrypt_sha256$$2b$12$J1xyzRlFwY34Sc6IS1FY8uRC/Hg6Z0BNOHlmjB/Ryy7pkL2mkh9Bq'],
    ['bcrypt of a form that had a fault', bcryptWith('10').replace('$2b', '$2x')],
    ['bcrypt of an impossible cost', bcryptWith('32')],
    ['bcrypt cut short', bcryptWith('10').slice(0, -1)],
    ['crypt', '$6$rounds=5000$saltstring$h'],
    ['argon2 without lanes', argon2With('m=4096,t=1,p=0')],
    ['argon2 without passes', argon2With('m=4096,t=0,p=1')],
    ['argon2 of less memory than lanes need', argon2With('m=64,t=1,p=200')],
    ['argon2 with a key of its own', argon2With('m=4096,t=1,p=1,keyid=AAAA')],
    ['argon2 with a number in another form', argon2With('m=04096,t=1,p=1')],
    ['argon2 with too short a salt', argon2With('m=4096,t=1,p=1').replace('Y0s3RnJrMWJxV3M2dXZ6', 'AAAA')],
    ['argon2 in base64 that is none', argon2With('m=4096,t=1,p=1').replace(/.$/, 'h')],
    ['PBKDF2 without iterations', pbkdf2With(0)],
    ['PBKDF2 of another length', django['3.2.25, pbkdf2_sha256'].replace('sha256', 'sha1')],
    ['PBKDF2 of SHA-512', django['3.2.25, pbkdf2_sha256'].replace('sha256', 'sha512')],
    ['Firebase without rounds', firebaseWith({ rounds: 0 })],
    ['Firebase without memory', firebaseWith({ memoryCost: 0 })],
    ['Firebase without a salt', firebaseHash(firebase.hash, '', firebase.project)],
    ['Firebase cut short', firebaseHash(firebase.hash.slice(0, 40), firebase.salt, firebase.project)],
    ['two hashes', `${sha256('a')}${sha256('b')}`],
    ['a hash and a line', `${sha256('a')}\n`],
  ])('is what cannot be recognised: %s', (_, given) => {
    expect(storedFormOf(given)).toEqual({ ok: false, code: 'hash_unknown' })
    expect(findHash(given)).toBeNull()
  })

  test('is no password: nothing matches it', () => {
    // The long one is what make_password(None) of Django 3.2.25 made.
    for (const given of ['', '!', '!bRtS11xyDL0Z6i3XBFRT6nluc5M18NeUBimkvoVX']) {
      expect(storedFormOf(given)).toEqual({ ok: true, value: '!' })
    }
    expect(findHash('!')).toBeNull()
    expect(findHash('')).toBeNull()
  })

  test('never makes a log-in fail: what is recognised can be verified, whatever was done to it [V11.2.5]', async () => {
    const cheap = { ...firebase.project, rounds: 1, memoryCost: 1 }
    const ofFirebase = firebaseHash(firebase.hash, firebase.salt, cheap)
    const seeds = [
      await argon2(2),
      await bcryptHash(password, { cost: 4 }),
      ofFirebase,
      'pbkdf2_sha256$1$s$'.concat(django['3.2.25, pbkdf2_sha256'].slice(-44)),
    ]
    let recognised = 0
    for (const seed of seeds) {
      for (let place = 0; place < seed.length; place++) {
        for (const sign of ['A', '/', '9', '$', '=', '']) {
          const found = findHash(seed.slice(0, place) + sign + seed.slice(place + 1))
          if (found === null) continue
          recognised++
          await expect(found.matches('other')).resolves.toBe(false)
        }
      }
    }
    expect(recognised).toBeGreaterThan(50)
  })
})
