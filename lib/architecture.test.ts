// Holds the picture of the code that the README draws: who may import whom, and that everything is guarded or public.
import { globSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { publicActions, publicRoutes } from './web/public-routes.ts'

const root = resolve(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const find = (...patterns: string[]) =>
  globSync(patterns, { cwd: root, exclude: ['**/*.test.ts', '**/*-for-test.ts', 'lib/stores/contract.ts'] }).toSorted()

/** What a file imports: paths from the root for our own files, package names for the rest. Types do not count. */
function importsOf(file: string): string[] {
  const statements = read(file).matchAll(/^(?:import|export)\s+(type\s)?(?:[^'"]*?\sfrom\s)?['"]([^'"]+)['"]/gms)
  const dynamic = [...read(file).matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)].map((match) => match[1] ?? '')
  const fixed = [...statements].filter((match) => match[1] === undefined).map((match) => match[2] ?? '')
  return [...fixed, ...dynamic].map((name) => {
    if (name.startsWith('.')) return relative(root, resolve(root, file, '..', name))
    return name.startsWith('#') ? name.slice(1) : name
  })
}

/** Offending "file → import" pairs. */
function breaches(files: string[], isBreach: (imported: string, file: string) => boolean): string[] {
  return files.flatMap((file) =>
    importsOf(file)
      .filter((imported) => isBreach(imported, file))
      .map((imported) => `${file} → ${imported}`),
  )
}

describe('imports', () => {
  const domain = find('lib/{accounts,sessions,crypto}/**/*.ts')

  test('reads them at all', () => {
    expect(importsOf('middleware.ts')).toContain('lib/services.ts')
    expect(domain.length).toBeGreaterThan(8)
  })

  test('app and middleware never reach a store', () => {
    const transport = find('app/**/*.{ts,tsx}', 'middleware.ts')
    expect(breaches(transport, (name) => name.startsWith('lib/stores/'))).toEqual([])
  })

  test('the domain knows no framework, no file system and no driver', () => {
    const outside =
      /^(next(\/|$)|react|node:fs|iron-session|lib\/(web|server|cli|words)\/|lib\/services|app\/|lib\/stores\/(json|open))/
    expect(breaches(domain, (name) => outside.test(name))).toEqual([])
  })

  test('drivers know the storage vocabulary, the file system and nothing of the business', () => {
    const drivers = find('lib/stores/json/**/*.ts')
    const allowed = /^(node:|zod$|lib\/stores\/)/
    expect(breaches(drivers, (name) => !allowed.test(name))).toEqual([])
  })

  test('only lib/stores/open.ts names a driver', () => {
    const others = find('{app,lib}/**/*.{ts,tsx}', 'middleware.ts').filter(
      (file) => file !== 'lib/stores/open.ts' && !file.startsWith('lib/stores/json/'),
    )
    expect(breaches(others, (name) => name.startsWith('lib/stores/json/'))).toEqual([])
  })

  test('only lib/web, lib/server and lib/cli know Next and iron-session', () => {
    const rest = find('lib/**/*.ts').filter((file) => !/^lib\/(web|server|cli)\//.test(file))
    expect(breaches(rest, (name) => /^(@?next(\/|$)|iron-session|server-only)/.test(name))).toEqual([])
  })

  test('components of app/ui take props: they import no services and no records', () => {
    const allowedOwn = /^(app\/|lib\/(words\/|web\/(form-state|preferences|words))|lib\/clock)/
    const isBreach = (name: string) => /^(lib|middleware)/.test(name) && !allowedOwn.test(name)
    expect(breaches(find('app/ui/**/*.tsx'), isBreach)).toEqual([])
  })

  test('no folder is a drawer, and no file re-exports others', () => {
    expect(
      find('{app,lib}/**/{utils,helpers,common,index}.{ts,tsx}', '{app,lib}/**/{utils,helpers,common}/**'),
    ).toEqual([])
  })
})

describe('the world outside', () => {
  const sources = find('{app,lib}/**/*.{ts,tsx}', 'middleware.ts')
  const mentioning = (pattern: RegExp) => sources.filter((file) => pattern.test(read(file)))

  test('the environment is read in lib/config.ts alone (the server sets Next’s own variables)', () => {
    expect(mentioning(/process\.env/)).toEqual(['lib/config.ts', 'lib/server/build.ts', 'lib/server/start.ts'])
  })

  test('the clock is read in lib/clock.ts alone', () => {
    expect(mentioning(/Date\.now|new Date\(\)/)).toEqual(['lib/clock.ts'])
  })

  test('chance comes from the operating system', () => {
    expect(mentioning(/Math\.random/)).toEqual([])
  })

  test('text reaches a page as text: no raw HTML, no inline style or script', () => {
    expect(mentioning(/dangerouslySetInnerHTML|innerHTML|\sstyle=|<script/)).toEqual([])
  })
})

describe('guards', () => {
  const guard = /await (requireUser|requireRole)\(/
  const routeOf = (file: string) =>
    `/${file
      .replace(/^app\//, '')
      .replace(/(^|\/)(page\.tsx|route\.ts)$/, '')
      .replace(/\([^)]+\)\/?/g, '')}`.replace(/(.)\/$/, '$1')

  test('every page and handler is guarded, or stands on the public list', () => {
    const routes = find('app/**/page.tsx', 'app/**/route.ts')
    expect(routes.length).toBeGreaterThan(8)
    const open = routes.filter((file) => !guard.test(read(file)) && !publicRoutes.includes(routeOf(file)))
    expect(open).toEqual([])
  })

  test('every server action is guarded by its first statement, or stands on the public list', () => {
    const files = find('app/**/*.{ts,tsx}', 'lib/**/*.ts').filter((file) => /^\s*['"]use server['"]/m.test(read(file)))
    const actions = files.flatMap((file) =>
      [...read(file).matchAll(/export async function (\w+)\([^{]*\{\s*([^\n]*)/g)].map((match) => ({
        id: `${file}#${match[1]}`,
        guarded: guard.test(match[2] ?? ''),
      })),
    )
    expect(actions.length).toBeGreaterThan(3)
    expect(actions.filter(({ id, guarded }) => !guarded && !publicActions.includes(id))).toEqual([])
  })

  test('the public lists name nothing that does not exist', () => {
    const routes = find('app/**/page.tsx', 'app/**/route.ts', 'app/icon.svg').map(routeOf)
    expect(publicRoutes.filter((route) => !routes.includes(route))).toEqual([])
    const missing = publicActions.filter((id) => {
      const [file = '', name = ''] = id.split('#')
      return !read(file).includes(`export async function ${name}(`)
    })
    expect(missing).toEqual([])
  })
})

describe('versions', () => {
  /** Below these, published attacks on the gate or on React's decoder work; see docs/decisions. */
  const floor = { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' }

  test.each(Object.entries(floor))('%s is at least %s', (name, least) => {
    const { version } = JSON.parse(read(`node_modules/${name}/package.json`))
    expect(least.localeCompare(version, 'en', { numeric: true })).toBeLessThanOrEqual(0)
  })

  test('every dependency is pinned to one version', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'))
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, range]) => !/^\d+\.\d+\.\d+$/.test(String(range)),
    )
    expect(loose).toEqual([])
  })
})
