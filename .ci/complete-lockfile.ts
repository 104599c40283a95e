// `npm run lockfile`: adds the binary packages of other platforms that npm leaves out of package-lock.json when the
// registry lacks them. Without these entries `npm ci` rejects the file on every machine.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

interface Locked {
  version?: string
  dev?: boolean
  optionalDependencies?: Record<string, string>
  [field: string]: unknown
}

const file = path.resolve(import.meta.dirname, '../package-lock.json')
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Locked> }
let added = 0

for (const [parent, locked] of Object.entries({ ...lock.packages })) {
  for (const [name, version] of Object.entries(locked.optionalDependencies ?? {})) {
    const resolved = lookUp(parent, name)
    if (resolved !== undefined && (resolved.version === version || !/^\d/.test(version))) continue
    const top = `node_modules/${name}`
    const place = lock.packages[top] === undefined ? top : `${parent}/${top}`
    lock.packages[place] = {
      version: version.replace(/^[\^~]/, ''),
      ...platformOf(name),
      ...(locked.dev && { dev: true }),
      optional: true,
    }
    added += 1
  }
}

const packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(file, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`)
process.stdout.write(`Added ${added} packages of other platforms.\n`)

/** Node's resolution: the parent's own node_modules first, then further up. */
function lookUp(parent: string, name: string): Locked | undefined {
  for (let base = parent; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
    const found = lock.packages[`${base === '' ? '' : `${base}/`}node_modules/${name}`]
    if (found !== undefined || base === '') return found
  }
}

/** Binary packages have their platform in the name, such as @biomejs/cli-linux-arm64-musl. */
function platformOf(name: string): Record<string, string[]> {
  const words = name.split(/[/-]/)
  const find = (known: string[]) => known.find((word) => words.includes(word))
  const os = find([
    'aix',
    'android',
    'darwin',
    'freebsd',
    'linux',
    'netbsd',
    'openbsd',
    'openharmony',
    'sunos',
    'win32',
  ])
  const cpu = find(['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'])
  const libc = find(['musl', 'gnu', 'gnueabihf', 'musleabihf'])
  return {
    ...(libc && { libc: [libc.startsWith('musl') ? 'musl' : 'glibc'] }),
    ...(cpu && { cpu: [cpu] }),
    ...(os && { os: [os] }),
  }
}
