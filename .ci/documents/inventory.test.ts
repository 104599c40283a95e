// docs/security/inventory.md and SECURITY.md name all of what they list: cryptography, secrets, connections, limits,
// components, fix times.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { versionFloor } from '#lib/cli/version-floor.ts'
import { read, sources, tableUnder } from './tables.ts'

const document = 'docs/security/inventory.md'
const column = (heading: string, at = 0) => tableUnder(heading, document).map((cells) => cells[at] ?? '')
const matching = (pattern: RegExp) => sources().filter((file) => pattern.test(withoutIdleImports(read(file))))

interface LockedPackage {
  dev?: boolean
  hasInstallScript?: boolean
  os?: string[]
  optionalDependencies?: Record<string, string>
}

const locked: Record<string, LockedPackage> = JSON.parse(read('package-lock.json')).packages

test('every file that uses cryptography stands in the inventory, and no other [V11.1.2, V11.1.3]', () => {
  const inCode = matching(
    /['"](node:crypto|crypto|@node-rs\/\w+|iron-session|iron-webcrypto|@noble\/.*)['"]|\bcrypto\.(subtle|getRandomValues|randomUUID)/,
  )
  expect(inCode.length).toBeGreaterThan(10)
  expect(column('Cryptography').toSorted()).toEqual(inCode)
})

test('every setting that can hold a secret stands in the list, with its maker, its place and its renewal [V11.1.1, V13.1.4]', () => {
  const settings = [...read('lib/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name = '']) => name)
  expect(settings).toContain('SESSION_SECRET')
  const secret = settings.filter((name) => /SECRET|PASSWORD$|TOKEN|_KEY|(?<!APP)_URL$/.test(name))
  const listed = column('Secrets', 1).filter((name) => settings.includes(name))
  expect(listed.toSorted()).toEqual(secret.toSorted())
  for (const cells of tableUnder('Secrets', document)) expect(cells.filter((cell) => cell === '')).toEqual([])
})

test('every file that opens or takes a connection stands in the list, and no other [V13.1.1]', () => {
  const opening =
    /import [^'"]*\bfrom ['"](node:(http|https|http2|net|tls|dns|dgram)|pg|nodemailer|undici|@opentelemetry\/exporter-.*)['"]|\bfetch\(/
  expect(column('Connections').toSorted()).toEqual(matching(opening))
})

test.each(tableUnder('Time-outs, pools and queues', document))(
  'a limit is as it is documented: %s [V13.1.2, V13.1.3]',
  (_, code = '', file = '', whenReached = '') => {
    expect(read(file)).toContain(code)
    expect(whenReached).not.toBe('')
  },
)

test('what costs much is listed with what bounds it [V15.1.3]', () => {
  const rows = tableUnder('Costly work', document)
  expect(rows.length).toBeGreaterThan(3)
  for (const cells of rows) expect(cells.filter((cell) => cell === '')).toEqual([])
})

test('every package with native code or an install script stands among those to watch [V15.1.4]', () => {
  const nameOf = (place: string) => place.replace(/^.*node_modules\//, '')
  const platforms = new Set(
    Object.keys(locked)
      .filter((place) => locked[place]?.os !== undefined)
      .map(nameOf),
  )
  const native = Object.entries(locked)
    .filter(([place, { dev, os }]) => place !== '' && !dev && os === undefined)
    .filter(
      ([, { hasInstallScript, optionalDependencies = {} }]) =>
        hasInstallScript || Object.keys(optionalDependencies).some((name) => platforms.has(name)),
    )
    .map(([place]) => nameOf(place))
  expect(native).toContain('sharp')
  const watched = column('Components to watch')
  expect(native.filter((name) => !watched.includes(name))).toEqual([])
  const known = Object.keys(locked).map(nameOf)
  expect(watched.filter((name) => !known.includes(name))).toEqual([])
})

test('dangerous work names the files that do it, and no other file starts a process [V15.1.5]', () => {
  const named = /Dangerous work in our own code:([\s\S]*?)\n\n/.exec(read(document))?.[1] ?? ''
  expect(matching(/['"]node:child_process['"]/)).toEqual(['lib/server/build.ts'])
  for (const file of ['lib/core/files/durable-file.ts', 'lib/server/build.ts', 'lib/web/multipart.ts']) {
    expect(named).toContain(file)
    expect(read(file)).not.toBe('')
  }
})

test('the bill of materials is made without a network and names every package at its version [V15.1.2]', () => {
  const { status, stdout } = spawnSync('npm', ['run', '--silent', 'sbom'], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { ...process.env, npm_config_offline: 'true' },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  })
  expect(status).toBe(0)
  const bill: { bomFormat: string; components: { purl: string; hashes?: object[] }[] } = JSON.parse(stdout)
  expect(bill.bomFormat).toBe('CycloneDX')
  const urls = bill.components.map(({ purl }) => decodeURIComponent(purl))
  const { dependencies, devDependencies } = JSON.parse(read('package.json'))
  const pinned = Object.entries({ ...dependencies, ...devDependencies }).map(([name, at]) => `pkg:npm/${name}@${at}`)
  expect(pinned.length).toBeGreaterThan(Object.keys(versionFloor).length)
  expect(pinned.filter((url) => !urls.includes(url))).toEqual([])
})

test('SECURITY.md gives a time to mend for every severity that npm audit knows [V15.1.1]', () => {
  const times = new Map(
    tableUnder('How soon', 'SECURITY.md').map(([severity = '', time = '']) => [severity.toLowerCase(), time]),
  )
  expect([...times.keys()]).toEqual(['critical', 'high', 'moderate', 'low'])
  expect([...times.values()]).toEqual(['24 hours', '7 days', '30 days', 'with the next version'])
})

/** Without imports of types, and of what only looks at an address, or is an answer: they do nothing. */
function withoutIdleImports(source: string): string {
  return source
    .replace(/^import type .*$/gm, '')
    .replace(/(?<=^import [^'"\n]*)\b(type \w+|isIP|STATUS_CODES|IncomingMessage|ServerResponse)\b,? ?/gm, '')
    .replace(/^import \{ *\} from .*$/gm, '')
}
