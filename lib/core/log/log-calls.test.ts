// How the code calls its logger, read from its sources: no behaviour shows a call that has not run.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { expect, test } from 'vitest'

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
  /** Undefined where it is no text in the source. */
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

/** Calls of a log's methods, by the shape that all of them have: an object with an event first. */
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
/** A security event's line takes its name from the event (lib/core/security-events.ts). */
const named = calls.filter(({ file }) => file !== 'lib/core/security-events.ts' && file !== 'lib/core/log/log.ts')

test('each log call names its event by a literal [V16.2.1]', () => {
  expect(named.length).toBeGreaterThan(30)
  expect(named.filter(({ event }) => typeof event !== 'string')).toEqual([])
})

test('no log call takes a message for a format, and nothing writes to the console [V1.3.10, V16.2.3]', () => {
  // With a third argument pino reads %s and %o in the message.
  const formatting = calls.filter(({ arguments: given }) => given.length > 2 && given[0]?.type === 'ObjectExpression')
  expect(formatting.map(({ file }) => file)).toEqual([])
  expect(sources.filter((file) => /\bconsole\.\w+\(/.test(readFileSync(join(root, file), 'utf8')))).toEqual([])
})
