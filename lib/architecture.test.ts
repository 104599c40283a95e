// Enforces the architecture: allowed imports, guards on every entry point, and versions.
import { globSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import type { NextConfig } from 'next'
import { parseSync } from 'oxc-parser'
import { describe, expect, test } from 'vitest'
import { isAtLeast, versionFloor } from './cli/version-floor.ts'
import { commands, isCommandName } from './commands.ts'
import { userSchema } from './stores/kinds.ts'
import { publicActions, publicRoutes } from './web/guards/public-routes.ts'
import { handlerPaths } from './web/guards/request-guard.ts'

const root = resolve(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const find = (...patterns: string[]) =>
  globSync(patterns, {
    cwd: root,
    exclude: ['**/*.test.ts', '**/*-for-test.ts', 'lib/stores/contract.ts', 'lib/stores/contract/**'],
  }).toSorted()

/** Imports of a file: paths from the root for our own files, package names for the rest. Ignores type imports. */
function importsOf(file: string): string[] {
  const statements = read(file).matchAll(/^(?:import|export)\s+(type\s)?(?:[^'"]*?\sfrom\s)?['"]([^'"]+)['"]/gms)
  const dynamic = [...read(file).matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)].map((match) => match[1] ?? '')
  const fixed = [...statements].filter((match) => match[1] === undefined).map((match) => match[2] ?? '')
  return [...fixed, ...dynamic].map((name) => {
    if (name.startsWith('.')) return relative(root, resolve(root, file, '..', name))
    return name.startsWith('#') ? name.slice(1) : name
  })
}

/** The offending "file → import" pairs. */
function breaches(files: string[], isBreach: (imported: string, file: string) => boolean): string[] {
  return files.flatMap((file) =>
    importsOf(file)
      .filter((imported) => isBreach(imported, file))
      .map((imported) => `${file} → ${imported}`),
  )
}

describe('imports', () => {
  const domain = find('lib/{auth,core,features}/**/*.ts')
  // These write files and mails, and read the list of common passwords.
  const onDisk = /^lib\/core\/(files\/|mail\/)|^lib\/auth\/passwords\/common-passwords/

  test('finds imports', () => {
    expect(importsOf('middleware.ts')).toContain('lib/services.ts')
    expect(domain.length).toBeGreaterThan(8)
  })

  test('app and middleware never import a store', () => {
    const transport = find('app/**/*.{ts,tsx}', 'middleware.ts')
    expect(breaches(transport, (name) => name.startsWith('lib/stores/'))).toEqual([])
  })

  test('the domain imports no framework, file system or driver', () => {
    const outside =
      /^(next(\/|$)|react|node:fs|lib\/(web|server|cli|words)\/|lib\/(services|composition)|app\/|lib\/stores\/(json|sql|open))/
    expect(
      breaches(
        domain.filter((file) => !onDisk.test(file)),
        (name) => outside.test(name),
      ),
    ).toEqual([])
  })

  test('core imports neither auth nor features, auth no feature, and a feature no other feature', () => {
    expect(breaches(find('lib/core/**/*.ts'), (name) => /^lib\/(auth|features|commands\.ts)/.test(name))).toEqual([])
    expect(breaches(find('lib/auth/**/*.ts'), (name) => /^lib\/(features|commands\.ts)/.test(name))).toEqual([])
    const featureOf = (path: string) => /^lib\/features\/([^/]+)/.exec(path)?.[1]
    const isOther = (name: string, file: string) => (featureOf(name) ?? featureOf(file)) !== featureOf(file)
    expect(breaches(find('lib/features/**/*.ts'), isOther)).toEqual([])
  })

  test('drivers import only storage types and the file system', () => {
    const drivers = find('lib/stores/{json,sql}/**/*.ts')
    const allowed =
      /^(node:|zod$|kysely$|better-sqlite3$|pg$|pg-connection-string$|lib\/stores\/|lib\/core\/(files\/|loopback|request-context))/
    expect(breaches(drivers, (name) => !allowed.test(name))).toEqual([])
    const across = (name: string, file: string) => /json|sql/.exec(file)?.[0] !== /stores\/(json|sql)\//.exec(name)?.[1]
    expect(breaches(drivers, (name, file) => /stores\/(json|sql)\//.test(name) && across(name, file))).toEqual([])
  })

  test('only lib/stores/open.ts names a driver', () => {
    const others = find('{app,lib}/**/*.{ts,tsx}', 'middleware.ts').filter(
      (file) => file !== 'lib/stores/open.ts' && !/^lib\/stores\/(json|sql)\//.test(file),
    )
    expect(breaches(others, (name) => /^lib\/stores\/(json|sql)\//.test(name))).toEqual([])
  })

  test('only lib/web, lib/server and lib/cli import Next, and only the sealing files import iron-session', () => {
    const rest = find('lib/**/*.ts').filter((file) => !/^lib\/(web|server|cli)\//.test(file))
    expect(breaches(rest, (name) => /^(@?next(\/|$)|server-only)/.test(name))).toEqual([])
    const sealing = ['lib/core/crypto/seal.ts', 'lib/web/cookies/session-cookie.ts']
    const others = find('{app,lib}/**/*.{ts,tsx}', 'middleware.ts').filter((file) => !sealing.includes(file))
    expect(breaches(others, (name) => name === 'iron-session')).toEqual([])
  })

  test('only lib/server/telemetry imports OpenTelemetry, and the server loads it on demand', () => {
    const files = find('{app,lib}/**/*.{ts,tsx}', '*.ts', '*.mjs')
    const outside = files.filter((file) => !file.startsWith('lib/server/telemetry/'))
    expect(breaches(outside, (name) => name.startsWith('@opentelemetry/'))).toEqual([])
    const loading = (name: string) => /^lib\/server\/telemetry\/(?!route-class)/.test(name)
    expect(breaches(outside, loading)).toEqual(['lib/server/start.ts → lib/server/telemetry/telemetry.ts'])
  })

  test('components of app/ui import no services and no records', () => {
    const allowedOwn = /^(app\/|lib\/(words\/|web\/forms\/form-(state|fields))|lib\/core\/clock)/
    const isBreach = (name: string) => /^(lib|middleware)/.test(name) && !allowedOwn.test(name)
    expect(breaches(find('app/ui/**/*.tsx'), isBreach)).toEqual([])
  })

  test('no folder is called utils, and no file re-exports others', () => {
    expect(
      find('{app,lib}/**/{utils,helpers,common,index}.{ts,tsx}', '{app,lib}/**/{utils,helpers,common}/**'),
    ).toEqual([])
  })
})

describe('the outside world', () => {
  const sources = find('{app,lib}/**/*.{ts,tsx}', 'middleware.ts')
  const mentioning = (pattern: RegExp) => sources.filter((file) => pattern.test(read(file)))

  test('only lib/config.ts reads the environment (the server sets Next’s variables)', () => {
    expect(mentioning(/process\.env/)).toEqual([
      'lib/config.ts',
      'lib/server/build.ts',
      // Writes the files' values to it.
      'lib/server/env-files.ts',
      'lib/server/start.ts',
      // Asks whether this is the development server.
      'lib/services.ts',
    ])
  })

  test('only lib/core/clock.ts reads the server’s clock, and only two scripts the browser’s', () => {
    const inBrowser = ['app/session/drafts.ts', 'app/session/keeper.ts']
    expect(mentioning(/Date\.now|new Date\(\)/)).toEqual([...inBrowser, 'lib/core/clock.ts'])
  })

  test('randomness comes from the operating system [V6.5.3, V11.5.1]', () => {
    expect(mentioning(/Math\.random/)).toEqual([])
  })

  test('is contacted only for database, mail, telemetry and published passwords, without following redirects [V1.3.6, V13.2.4, V15.3.2]', () => {
    const reaching =
      /^(node:(net|tls|http2?|https|dgram|dns)|undici|axios|got|pg|nodemailer|ws|@opentelemetry\/exporter-.*)$/
    const server = find('{app,lib}/**/*.{ts,tsx}', 'middleware.ts')
    expect(breaches(server, (name) => reaching.test(name))).toEqual([
      'lib/core/mail/transport.ts → nodemailer',
      'lib/core/rate-limits/rate-limits.ts → pg',
      // The server and its responses.
      'lib/server/answers.ts → node:http',
      'lib/server/http.ts → node:http',
      'lib/server/telemetry/telemetry.ts → @opentelemetry/exporter-metrics-otlp-proto',
      'lib/server/telemetry/telemetry.ts → @opentelemetry/exporter-trace-otlp-proto',
      'lib/stores/sql/postgres.ts → pg',
      // Parses IP addresses and contacts none.
      'lib/web/client-address.ts → node:net',
    ])
    const fetching = find('{lib,app}/**/*.{ts,tsx}').filter((file) => /\bfetch\((?!'\/)/.test(read(file)))
    expect(fetching).toEqual(['lib/auth/passwords/breached-passwords.ts'])
    for (const file of find('lib/**/*.ts')) {
      const [fetches, refusals] = [/\bfetch\(/g, /redirect: 'error'/g].map(
        (part) => read(file).match(part)?.length ?? 0,
      )
      expect(refusals, file).toBe(fetches)
    }
  })

  test('pages contain no raw HTML, inline style or inline script [V3.2.2]', () => {
    expect(mentioning(/dangerouslySetInnerHTML|innerHTML|\sstyle=|<script/)).toEqual([])
  })
})

describe('the shipped code', () => {
  test('imports no test code and no development dependency [V15.2.3]', () => {
    const shipped = find('{app,lib}/**/*.{ts,tsx}', '*.{ts,mjs}').filter((file) => !/^(vitest|playwright)/.test(file))
    const { dependencies } = JSON.parse(read('package.json'))
    const fromOutside = (name: string) => !/^(node:|app\/|lib\/|[./])/.test(name) && !name.endsWith('.css')
    const packageOf = (name: string) => name.split('/', name.startsWith('@') ? 2 : 1).join('/')
    expect(breaches(shipped, (name) => /-for-test|\.test\b|\/contract[/.]|^e2e\//.test(name))).toEqual([])
    expect(breaches(shipped, (name) => fromOutside(name) && !(packageOf(name) in dependencies))).toEqual([])
  })

  test('proxies nothing, and reveals neither framework nor sources [V13.2.5, V13.4.6, V13.4.7]', async () => {
    const { default: nextConfig }: { default: NextConfig } = await import(join(root, 'next.config.mjs'))
    expect(nextConfig).toMatchObject({ images: { unoptimized: true }, poweredByHeader: false })
    const settings = Object.keys(nextConfig)
    for (const name of ['rewrites', 'redirects', 'productionBrowserSourceMaps', 'assetPrefix', 'i18n', 'basePath']) {
      expect(settings).not.toContain(name)
    }
    expect(Object.keys(nextConfig.images ?? {})).toEqual(['unoptimized'])
  })

  test('is compiled with all strict rules, and compares without type coercion [V15.3.5]', () => {
    const { compilerOptions } = JSON.parse(read('tsconfig.json'))
    expect(compilerOptions).toMatchObject({ strict: true, noUncheckedIndexedAccess: true, allowJs: false })
    const loose = find('{app,lib}/**/*.{ts,tsx}', 'middleware.ts').flatMap((file) =>
      [...read(file).matchAll(/[^=!<>'](?:==|!=)(?!=|'|\s*null\b).*/g)].map(([found]) => `${file}: ${found}`),
    )
    expect(loose).toEqual([])
  })
})

describe('ways to log in', () => {
  const naming = (pattern: RegExp) =>
    find('{app,lib}/**/*.{ts,tsx}', 'middleware.ts').filter((file) => pattern.test(read(file)))

  test('are logging in, signing up and setting up, each through one gate: nothing mailed opens a session [V6.3.4, V6.3.6, V7.6.2]', () => {
    expect(naming(/\bsessions\.start\(/)).toEqual(['lib/auth/log-in-flow.ts'])
    // No other code makes sessions, or writes them to the store.
    expect(naming(/\bcreateSessions\(/)).toEqual(['lib/auth/sessions/sessions.ts', 'lib/composition.ts'])
    expect(naming(/\b[sS]essions\.insert\(/)).toEqual([])
    expect(naming(/\bauth\.finish\(/)).toEqual([
      'lib/features/log-in/complete.ts',
      'lib/features/setup/commands.ts',
      'lib/features/sign-up/commands.ts',
    ])
    // A session's token is renewed only after a re-authentication, and after a change that voids the others.
    expect(naming(/\bsessions\.renew\(/)).toEqual([
      'lib/auth/sessions/continue-alone.ts',
      'lib/features/log-in/commands.ts',
    ])
  })

  test('use no password hint and no secret question [V6.4.2]', () => {
    const fields = new Set(
      find('app/**/*.tsx').flatMap((file) => [...read(file).matchAll(/\sname="(\w+)"/g)].map(([, name]) => name)),
    )
    expect(fields).toContain('password')
    const kept = 'shape' in userSchema ? Object.keys(userSchema.shape as object) : []
    expect(kept).toContain('passwordHash')
    for (const name of [...fields, ...kept]) expect(name).not.toMatch(/hint|question|answer/i)
  })
})

describe('guards', () => {
  const routes = find('app/**/page.tsx', 'app/**/route.ts')
  const withActions = find('{app,lib}/**/*.{ts,tsx}').filter((file) => /['"]use server['"]/.test(read(file)))
  const routeOf = (file: string) =>
    `/${file
      .replace(/^app\//, '')
      .replace(/(^|\/)(page\.tsx|route\.ts)$/, '')
      .replace(/\([^)]+\)\/?/g, '')}`.replace(/(.)\/$/, '$1')

  test('every page and handler has a guard as its first statement, or is on the public list [V8.3.1]', () => {
    expect(routes.length).toBeGreaterThan(8)
    const open = routes.filter((file) => !publicRoutes.includes(routeOf(file)) && !isGuarded(...answering(file)))
    expect(open).toEqual([])
  })

  test('every server action has a guard as its first statement, or is on the public list [V8.3.1]', () => {
    const actions = withActions.flatMap((file) =>
      exportedFunctions(file).map((action) => ({ id: `${file}#${action.name}`, isGuarded: isGuarded(action) })),
    )
    expect(actions.length).toBeGreaterThan(3)
    expect(actions.filter((action) => !action.isGuarded && !publicActions.includes(action.id))).toEqual([])
  })

  test('every action requires a permission or role, not just a session [V8.2.1, V8.3.1]', () => {
    const lenient = withActions.flatMap((file) =>
      exportedFunctions(file)
        .filter(({ firstStatement }) => /^(const [^=]+ = )?await requireUser\(/.test(firstStatement))
        .map(({ name }) => `${file}#${name}`),
    )
    expect(lenient).toEqual([])
  })

  test('an action is public if and only if anyone may run its command', () => {
    const ofAnyone = withActions.flatMap((file) =>
      exportedFunctions(file).flatMap(({ name, firstStatement }) => {
        const command = /^action\('([\w.-]+)'\)$/.exec(firstStatement)?.[1]
        const isOpen = command !== undefined && isCommandName(command) && commands[command].permission === 'anyone'
        return isOpen ? [`${file}#${name}`] : []
      }),
    )
    expect([...ofAnyone, 'app/theme/actions.ts#chooseTheme'].toSorted()).toEqual([...publicActions].toSorted())
  })

  test('actions are in separate files, as plain functions or commands that the tests above can parse', () => {
    for (const file of withActions) {
      expect(read(file).indexOf("'use server'"), file).toBe(0)
      expect(read(file).match(/['"]use server['"]/g), file).toHaveLength(1)
      expect(otherExports(file), file).toEqual([])
    }
  })

  test('only the handlers that the folder has skip the checks of forms', () => {
    const handlers = routes.filter((file) => file.endsWith('route.ts')).map(routeOf)
    // Middleware lets the health checks pass, and Next runs no action for a handler.
    expect([...handlerPaths, '/healthz', '/readyz'].toSorted()).toEqual(handlers.toSorted())
  })

  test('the public lists contain only existing routes and actions', () => {
    const known = [...routes, 'app/icon.svg'].map(routeOf)
    expect(publicRoutes.filter((route) => !known.includes(route))).toEqual([])
    const actions = withActions.flatMap((file) => exportedFunctions(file).map(({ name }) => `${file}#${name}`))
    expect(publicActions.filter((id) => !actions.includes(id))).toEqual([])
  })
})

/** The functions that produce a response: a page's default export, a handler's methods. */
function answering(file: string): ExportedFunction[] {
  const functions = exportedFunctions(file)
  return file.endsWith('page.tsx') ? functions.filter(({ name }) => name !== 'generateMetadata') : functions
}

interface ExportedFunction {
  name: string
  firstStatement: string
}

/** Functions that a file exports by declaration, with the source of their first statement; for `action` the call. */
function exportedFunctions(file: string): ExportedFunction[] {
  return exportsOf(file).flatMap((declaration) => {
    if (declaration?.type === 'VariableDeclaration') {
      return declaration.declarations.flatMap(({ id, init }) => {
        const firstStatement = init ? read(file).slice(init.start, init.end) : ''
        return id.type === 'Identifier' && firstStatement.startsWith('action(')
          ? [{ name: id.name, firstStatement }]
          : []
      })
    }
    if (declaration?.type !== 'FunctionDeclaration') return []
    const [first] = declaration.body?.body ?? []
    const firstStatement = first === undefined ? '' : read(file).slice(first.start, first.end)
    return [{ name: declaration.id?.name ?? 'default', firstStatement }]
  })
}

/** All other exports by kind: constants, name lists, re-exports. */
function otherExports(file: string): string[] {
  const constants = exportedFunctions(file).filter(({ firstStatement }) => firstStatement.startsWith('action('))
  return exportsOf(file)
    .map((declaration) => declaration?.type ?? 'a list of names')
    .filter((type) => type !== 'FunctionDeclaration')
    .slice(constants.length)
}

function exportsOf(file: string) {
  return parseSync(file, read(file)).program.body.flatMap((node) => {
    if (node.type === 'ExportAllDeclaration') return [null]
    return node.type === 'ExportNamedDeclaration' || node.type === 'ExportDefaultDeclaration' ? [node.declaration] : []
  })
}

function isGuarded(...functions: ExportedFunction[]): boolean {
  // `action` derives the guard from its command's permission.
  const guard =
    /^((const [^=]+ = )?await (requireUser|requirePermission|requireRole|requireRecentAuthentication|requireAdmin)\(|action\('[\w.-]+'\)$)/
  return functions.length > 0 && functions.every(({ firstStatement }) => guard.test(firstStatement))
}

describe('versions', () => {
  test.each(Object.entries(versionFloor))('%s is at least %s [V1.5.2, V15.2.1, T7]', (name, least) => {
    const { version } = JSON.parse(read(`node_modules/${name}/package.json`))
    expect(isAtLeast(version, least)).toBe(true)
  })

  test('every dependency is pinned to one version [V15.2.4]', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'))
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, range]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(range)),
    )
    expect(loose).toEqual([])
  })

  test('every package comes from the registry, with the hash in the lock file [V15.2.4]', () => {
    const packages: Record<string, { integrity?: string; resolved?: string; optional?: boolean; link?: boolean }> =
      JSON.parse(read('package-lock.json')).packages
    const entries = Object.entries(packages).filter(([place]) => place !== '')
    expect(entries.length).toBeGreaterThan(100)
    // Packages of other platforms have no hash if they were never fetched.
    expect(entries.filter(([, { integrity, optional }]) => !optional && !integrity?.startsWith('sha512-'))).toEqual([])
    const elsewhere = ({ resolved = '', link }: { resolved?: string; link?: boolean }) =>
      link === true || !/^(https:\/\/registry\.npmjs\.org\/|$)/.test(resolved)
    expect(entries.filter(([, entry]) => elsewhere(entry))).toEqual([])
  })

  test('the lock file has the binaries of every platform: without them npm ci refuses it (npm run lockfile)', () => {
    const packages: Record<string, { optionalDependencies?: object }> = JSON.parse(read('package-lock.json')).packages
    const locked = Object.keys(packages).map((place) => place.replace(/^.*node_modules\//, ''))
    const named = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
    expect(named.filter((name) => !locked.includes(name))).toEqual([])
  })
})
