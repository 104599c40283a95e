// What no file of the site may do, because input could then do it too: read from the sources themselves. Who may import
// whom stands in architecture.test.ts.
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseSync } from 'oxc-parser'
import { describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const sources = globSync(['{app,lib}/**/*.{ts,tsx}', 'middleware.ts', 'instrumentation.ts', 'next.config.mjs'], {
  cwd: root,
  exclude: ['**/*.test.ts', '**/*-for-test.ts', 'lib/stores/contract.ts', 'lib/stores/contract/**'],
}).toSorted()

interface Node {
  type: string
  start: number
  end: number
  [field: string]: unknown
}

const parsed = new Map(sources.map((file) => [file, nodesOf(parseSync(file, read(file)).program)]))
const ofBrowser = sources.filter((file) => read(file).startsWith("'use client'") || file.startsWith('app/session/'))

/** Where each of these stands, as `file: source`. */
function find(isMeant: (node: Node, file: string) => boolean, files = sources): string[] {
  return files.flatMap((file) =>
    (parsed.get(file) ?? []).filter((node) => isMeant(node, file)).map((node) => `${file}: ${sourceOf(node, file)}`),
  )
}

function filesWith(pattern: RegExp): string[] {
  return sources.filter((file) => pattern.test(read(file)))
}

test('the sources are read at all', () => {
  expect(sources.length).toBeGreaterThan(150)
  expect(ofBrowser).toContain('app/session/keeper.ts')
  expect(find((node) => node.type === 'CallExpression').length).toBeGreaterThan(2000)
})

describe('text stays text', () => {
  test('none is run as code [V1.3.2]', () => {
    const runs = /^(eval|Function|vm\..*|(globalThis\.|window\.)?(eval|Function))$/
    expect(find((node, file) => isCall(node) && runs.test(calleeOf(node, file)))).toEqual([])
    expect(filesWith(/from '(node:)?vm'|javascript:/)).toEqual([])
    const timers = /(^|\.)set(Timeout|Interval|Immediate)$/
    const isText = (node: Node) => ['Literal', 'TemplateLiteral'].includes(argumentOf(node)?.type ?? '')
    expect(find((node, file) => isCall(node) && timers.test(calleeOf(node, file)) && isText(node))).toEqual([])
  })

  test('none is a command: the one other program that is started is this Node, to build the site [V1.2.5]', () => {
    expect(filesWith(/'node:(child_process|worker_threads|cluster)'/)).toEqual([
      'lib/auth/passwords/password-strength-worker.ts',
      'lib/auth/passwords/password-strength.ts',
      'lib/server/build.ts',
    ])
    const starts = (node: Node, file: string) =>
      isCall(node) && /(^|\.)(spawn|exec|fork)\w*$/.test(calleeOf(node, file))
    const started = find(starts, ['lib/server/build.ts'])
    expect(started).toHaveLength(1)
    expect(started[0]).toMatch(/^lib\/server\/build\.ts: spawn\(process\.execPath, \[/)
  })

  test('none is a part of a statement: values are bound, and only migrations write statements from parts [V1.2.4]', () => {
    // Kysely's sql`…` binds what stands in ${…}; these put it into the text.
    const raw = find((node, file) => isCall(node) && /^sql\.(raw|lit|id|ref|table|join)$/.test(calleeOf(node, file)))
    const others = raw.filter((found) => !found.startsWith('lib/stores/sql/migrations.ts: '))
    // Allowed: numbers in a GROUP BY, which must repeat the selected expression literally,
    // and table names, which lib/stores/kinds.ts declares.
    expect(others).toEqual([
      'lib/stores/sql/audit.ts: sql.lit(since)',
      'lib/stores/sql/audit.ts: sql.lit(partMs)',
      'lib/stores/sql/move.ts: sql.raw(locked)',
      "lib/stores/sql/move.ts: sql.raw(tables.join(', '))",
    ])
    const takesStatement = /^\w+\.(query|exec|prepare|pragma)$/
    const isMade = (node: Node) => !['Literal', 'Identifier', undefined].includes(argumentOf(node)?.type)
    const made = find((node, file) => isCall(node) && takesStatement.test(calleeOf(node, file)) && isMade(node))
    // Of the counters: the library's text and its values, apart.
    expect(made).toEqual(['lib/core/rate-limits/rate-limits.ts: pool.query({ text, values })'])
  })

  test('none is a pattern [V1.2.9]', () => {
    const made = find((node, file) => isCall(node) && calleeOf(node, file) === 'RegExp')
    // Of escaped words (asserted below), and of the names of Firebase's parameters, which stand beside it.
    expect(made.map((found) => found.split(':')[0])).toEqual([
      'lib/auth/passwords/context-words.ts',
      'lib/cli/import.ts',
    ])
    expect(read('lib/auth/passwords/context-words.ts')).toContain('.map(RegExp.escape)')
    expect(read('lib/cli/import.ts').match(/\bfind\('\w+'\)/g)?.length).toBe(
      read('lib/cli/import.ts').match(/\bfind\(/g)?.length,
    )
  })

  test('none is a name of a file: pages, actions and the domain reach no file system [V5.3.2]', () => {
    const reachesFiles = filesWith(/from '(node:)?(fs|fs\/promises)'/)
    expect(reachesFiles.filter((file) => !/^lib\/(stores|server|cli)\//.test(file))).toEqual([
      'lib/auth/passwords/common-passwords.ts', // a list that comes with a package
      'lib/config.ts', // files that settings name
      'lib/core/files/durable-file.ts',
      'lib/core/files/file-owner.ts', // whose the store's files are
      'lib/secret.ts',
    ])
  })
})

describe('in the browser', () => {
  test('no global is read that an element’s name could take the place of [V3.2.3]', () => {
    const own = {
      window: /^(setTimeout|clearTimeout)$/,
      document:
        /^(documentElement|activeElement|visibilityState|cookie|querySelector|querySelectorAll|addEventListener|title|body)$/,
    }
    const reads = find((node) => {
      if (node.type !== 'MemberExpression') return false
      const { object, property, computed } = node as Node & { object: Node; property: Node; computed: boolean }
      if (object.type !== 'Identifier' || !Object.hasOwn(own, String(object.name))) return false
      return computed || !own[object.name as keyof typeof own].test(String(property.name))
    }, ofBrowser)
    expect(reads).toEqual([])
  })

  test('no message of another window is listened to [V3.5.5]', () => {
    const listens = (node: Node, file: string) =>
      isCall(node) && /(^|\.)addEventListener$/.test(calleeOf(node, file)) && /'message'/.test(sourceOf(node, file))
    expect(find(listens)).toEqual([])
    // A BroadcastChannel has one origin. It is told to look, and asks the server.
    expect(filesWith(/\bonmessage\b|postMessage\(/).filter((file) => file.startsWith('app/'))).toEqual([
      'app/session/tabs.ts',
    ])
    expect(read('app/session/tabs.ts')).not.toMatch(/window\.postMessage|\bparent\b|\bopener\b/)
  })

  test('nothing needs a plug-in, and no page frames another [V3.7.1]', () => {
    expect(filesWith(/<(object|embed|applet|iframe|frame|portal)\b/)).toEqual([])
  })

  test('no link and no form leads off the site [V3.7.3]', () => {
    const leads = find((node) => node.type === 'JSXAttribute' && /^(href|src|action|formAction)$/.test(nameOf(node)))
    expect(leads.length).toBeGreaterThan(40)
    const literal = leads.filter((found) => /=["']|=\{[`'"]/.test(found))
    expect(literal.filter((found) => !/=\{?["'`](\/(?!\/)|#|\$\{(here|path|basePath)\})/.test(found))).toEqual([])
  })
})

describe('patterns', () => {
  const pieces = [
    'a',
    '0',
    ' ',
    '-',
    '.',
    '@',
    '*',
    '$',
    '\n',
    '\r\n',
    'a.',
    'a@',
    '0,',
    'a ',
    '.0',
    '="',
    '\\',
    '<',
    '&a',
  ]
  /** Short ones first: what grows exponentially would never come to an end on the long ones. */
  const attacks = [32, 100_000].flatMap((times) =>
    pieces.flatMap((piece) => ['!', '\u0000'].map((end) => piece.repeat(times) + end)),
  )

  /** Milliseconds of this process's CPU, which no other process lengthens. */
  function timeOf(pattern: RegExp, text: string): number {
    const before = process.cpuUsage()
    pattern.test(text)
    return process.cpuUsage(before).user / 1000
  }

  test('none takes longer than its text is long: 100,000 repeats that almost match [V1.3.12]', () => {
    const patterns = new Map<string, { file: string; pattern: RegExp }>()
    for (const [file, nodes] of parsed) {
      for (const node of nodes) {
        const { pattern, flags } = (node.regex ?? {}) as { pattern?: string; flags?: string }
        if (node.type !== 'Literal' || pattern === undefined) continue
        patterns.set(`${pattern}/${flags}`, { file, pattern: new RegExp(pattern, flags?.replace(/[gy]/g, '')) })
      }
    }
    expect(patterns.size).toBeGreaterThan(70)
    const slow = [...patterns.values()].flatMap(({ file, pattern }) => {
      // A linear pattern takes a millisecond, any other many seconds.
      const found = attacks.find((text) => timeOf(pattern, text) > 1000 && timeOf(pattern, text) > 1000)
      return found === undefined ? [] : [`${file}: ${pattern} for ${JSON.stringify(found.slice(0, 6))}…`]
    })
    expect(slow).toEqual([])
  })
})

function nodesOf(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesOf)
  if (typeof value !== 'object' || value === null) return []
  const inside = Object.values(value).flatMap(nodesOf)
  return 'type' in value && 'start' in value ? [value as Node, ...inside] : inside
}

function sourceOf({ start, end }: Node, file: string): string {
  return read(file).slice(start, end)
}

function isCall(node: Node): boolean {
  return node.type === 'CallExpression' || node.type === 'NewExpression'
}

function calleeOf(node: Node, file: string): string {
  return sourceOf(node.callee as Node, file)
}

function argumentOf(node: Node): Node | undefined {
  return (node.arguments as Node[])[0]
}

function nameOf(attribute: Node): string {
  return String((attribute.name as Node).name)
}
