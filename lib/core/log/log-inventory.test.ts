// Compares the events that the code logs, read from its sources, with docs/logs.md.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { expect, test } from 'vitest'
import { auditEvents } from '../audit/events.ts'
import { refusalEvents } from '../security-events.ts'

const root = join(import.meta.dirname, '../../..')
const sources = globSync(['{app,lib}/**/*.{ts,tsx}', '*.ts'], {
  cwd: root,
  exclude: ['**/*.test.ts', '**/*-for-test.ts'],
})

interface Node {
  type: string
  [field: string]: unknown
}
interface LogCall {
  file: string
  /** Undefined when it is no string literal. */
  event: unknown
  arguments: Node[]
}

function* callsIn(node: unknown): Generator<Node> {
  if (Array.isArray(node)) for (const item of node) yield* callsIn(item)
  else if (typeof node === 'object' && node !== null) {
    if ((node as Node).type === 'CallExpression') yield node as Node
    for (const value of Object.values(node)) yield* callsIn(value)
  }
}

/** Finds calls of a log's methods by their shape: the first argument is an object with an event. */
function logCalls(file: string): LogCall[] {
  const program = parseSync(file, readFileSync(join(root, file), 'utf8')).program
  return [...callsIn(program)].flatMap((call) => {
    const given = call.arguments as Node[]
    const callee = call.callee as { name?: string; property?: { name?: string } }
    if (callee.name === 'logError') return [{ file, event: given[0]?.value, arguments: given }]
    if (!/^(info|warn|error|fatal)$/.test(callee.property?.name ?? '') || given[0]?.type !== 'ObjectExpression')
      return []
    const properties = given[0].properties as { key?: { name?: string }; value?: { value?: unknown } }[]
    const event = properties.find(({ key }) => key?.name === 'event')?.value?.value
    return [{ file, event, arguments: given }]
  })
}

const calls = sources.flatMap(logCalls)
/** The line of a security event takes its name from the event (lib/core/security-events.ts). */
const named = calls.filter(({ file }) => file !== 'lib/core/security-events.ts' && file !== 'lib/core/log/log.ts')

test('docs/logs.md lists exactly the events that the code logs [V16.1.1]', () => {
  const table = readFileSync(join(root, 'docs/logs.md'), 'utf8')
    .split('\n## ')
    .find((section) => section.startsWith('Events'))
  const cells = (table ?? '').split('\n').flatMap((line) => /^\| (`[^|]+) \|/.exec(line)?.[1] ?? [])
  const told = cells.flatMap((cell) => [...cell.matchAll(/`([\w.]+)`/g)].map((match) => String(match[1])))
  const known = [...auditEvents, ...refusalEvents, 'lines_left_out', ...named.map(({ event }) => String(event))]
  expect(told.toSorted()).toEqual([...new Set(known)].toSorted())
})

test('each line names its event with a unique literal [V16.2.1]', () => {
  expect(named.length).toBeGreaterThan(30)
  expect(named.filter(({ event }) => typeof event !== 'string')).toEqual([])
})

test('no log call uses a format string, and nothing writes to the console [V1.3.10, V16.2.3]', () => {
  // With a third argument pino interprets %s and %o in the message.
  const formatting = calls.filter(({ arguments: given }) => given.length > 2 && given[0]?.type === 'ObjectExpression')
  expect(formatting.map(({ file }) => file)).toEqual([])
  expect(sources.filter((file) => /\bconsole\.\w+\(/.test(readFileSync(join(root, file), 'utf8')))).toEqual([])
})
