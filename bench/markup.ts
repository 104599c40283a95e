// Writes the pages of a yardstick from the site's own answers: the same elements and client components with the same
// props, as constants. So the yardstick follows each change of a page.
import { glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { Readable } from 'node:stream'
import { isValidElement, type ReactElement } from 'react'

const root = path.resolve(import.meta.dirname, '..')

interface Segment {
  d: { r: ReactElement<{ children: [assets: unknown, node: unknown] }> }
  c?: Map<'children', Segment>
}

/** Writes `app/(made)` of this app, which is its root layout and this page. `guard` is a statement of the page. */
export async function writePages(
  appDir: string,
  pages: { path: string; html: string }[],
  guard = { imports: '', statement: '' },
): Promise<void> {
  const made = path.join(appDir, 'app/(made)')
  await rm(made, { recursive: true, force: true })
  const files = await findClientComponents()
  for (const page of pages) {
    const [outer, ...segments] = segmentsOf(await decode(page.html))
    const inner = segments.pop()
    const dir = path.join(made, page.path === '/' ? '(home)' : page.path)
    const title = /<title>(.*?)<\/title>/.exec(page.html)?.[1] ?? ''
    const layouts = segments.map(print).filter(({ jsx }) => jsx !== '{children}')
    const nested = layouts.reduceRight((within, { jsx }) => jsx.replace('{children}', () => within), '{children}')
    const names = new Set(layouts.flatMap((layout) => [...layout.names]))
    await write(made, 'layout', print(outer), {
      imports: `import { GeistSans } from 'geist/font/sans'\nimport '../style.css'`,
      head: `export const viewport = { colorScheme: 'light dark' }\n/** As the real pages: made for each request. */\nexport const dynamic = 'force-dynamic'`,
    })
    await write(dir, 'layout', { jsx: nested, names }, {})
    await write(dir, 'page', print(inner), {
      imports: guard.imports,
      head: `export const metadata = { title: ${JSON.stringify(title)}, robots: { index: false } }`,
      statement: guard.statement,
    })
  }
  await writeFile(path.join(made, 'act.js'), `'use server'\n\nexport async function act() {}\n`)
  await writeFile(
    path.join(made, 'error.jsx'),
    `'use client'\n\nexport { default } from '${path.relative(made, path.join(root, 'app/error.tsx'))}'\n`,
  )

  async function write(dir: string, kind: 'layout' | 'page', { jsx, names }: Printed, parts: Parts): Promise<void> {
    const from = (file: string) => path.relative(dir, file).replace(/^(?!\.)/, './')
    const imports = [...names].map((name) => {
      if (name === 'Suspense') return `import { Suspense } from 'react'`
      if (name === 'act') return `import { act } from '${from(path.join(made, 'act.js'))}'`
      const file = files.get(name)
      if (file === undefined) throw new Error(`No client component of app/ is called ${name}`)
      return `import { ${name} } from '${from(file)}'`
    })
    const body = `${parts.statement ?? ''}\n  return <>${jsx}</>`
    const text = `${parts.imports ?? ''}\n${imports.join('\n')}\n${parts.head ?? ''}
export default async function Made({ children }) {\n${body}\n}\n`
    await mkdir(dir, { recursive: true })
    // The name of the font's class differs between builds.
    await writeFile(path.join(dir, `${kind}.jsx`), text.replace(/"[^"]*_variable"/, 'GeistSans.variable'))
  }
}

interface Parts {
  imports?: string
  head?: string
  statement?: string
}

/** The order of the body's elements, to compare two pages by. */
export function tagsOf(html: string): string[] {
  const body = html.slice(html.indexOf('<body')).replaceAll(/<script\b.*?<\/script>/gs, '')
  return [...body.matchAll(/<([a-z][a-z0-9]*)/g)].map(([, tag = '']) => tag)
}

/** The answer's element tree, as React decodes it in a browser, with the name of each client component as its type. */
async function decode(html: string): Promise<Segment> {
  const require = createRequire(import.meta.url)
  Object.assign(globalThis, { __next_require__: (name: string) => Object.assign(() => null, { clientName: name }) })
  const client = require('next/dist/compiled/react-server-dom-turbopack/client.node')
  const rows = [...html.matchAll(/self\.__next_f\.push\((\[1,.*?\])\)<\/script>/g)].map(
    ([, row = '']) => JSON.parse(row)[1],
  )
  const named = new Proxy({}, { get: (_, name) => ({ id: name, chunks: [], name: '*' }) })
  const moduleMap = new Proxy({}, { get: () => named })
  const answer = await client.createFromNodeStream(Readable.from([Buffer.from(rows.join(''))]), {
    moduleLoading: null,
    moduleMap,
    serverModuleMap: null,
  })
  return answer.t.t
}

/** What each layout and then the page render, outermost first. */
function segmentsOf(segment: Segment): unknown[] {
  const [, node] = segment.d.r.props.children
  // A page's node has no assets before it.
  const next = segment.c?.get('children')
  return next ? [node, ...segmentsOf(next)] : [segment.d.r.props.children[0]]
}

interface Printed {
  jsx: string
  /** The components and actions to import. */
  names: Set<string>
}

function print(node: unknown): Printed {
  const names = new Set<string>()
  return { jsx: child(node), names }

  function child(value: unknown): string {
    const present = settled(value)
    return isValidElement(present) ? element(present) : `{${expression(present)}}`
  }

  function element({ type, key, props: given }: ReactElement): string {
    const { children, ...props } = given as Record<string, unknown>
    if ('parallelRouterKey' in props) return '{children}'
    const tag = tagOf(type)
    const attributes = Object.entries({ ...(key !== null && { key }), ...props })
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => ` ${name}={${expression(value)}}`)
    const within = (Array.isArray(children) ? children : children === undefined ? [] : [children]).map(child)
    return `<${tag}${attributes.join('')}>${within.join('')}</${tag}>`
  }

  function tagOf(type: unknown): string {
    const present = settled(type)
    if (typeof present === 'string') return present
    if (present === Symbol.for('react.fragment')) return ''
    const name = present === Symbol.for('react.suspense') ? 'Suspense' : (present as { clientName: string }).clientName
    names.add(name)
    return name
  }

  function expression(value: unknown): string {
    const present = settled(value)
    if (typeof present === 'function') {
      names.add('act')
      return 'act'
    }
    if (isValidElement(present)) return element(present).replace(/^\{(.*)\}$/, '$1')
    if (Array.isArray(present)) return `[${present.map(expression).join(', ')}]`
    if (typeof present === 'object' && present !== null) {
      const fields = Object.entries(present).map(([name, field]) => `${JSON.stringify(name)}: ${expression(field)}`)
      return `{ ${fields.join(', ')} }`
    }
    return present === undefined ? 'undefined' : JSON.stringify(present)
  }
}

/** A reference to another row of the answer, which has arrived wholly. */
function settled(value: unknown): unknown {
  const isLazy =
    typeof value === 'object' && value !== null && '$$typeof' in value && value.$$typeof === Symbol.for('react.lazy')
  if (!isLazy) return value
  const { _init: read, _payload: payload } = value as unknown as {
    _init: (from: unknown) => unknown
    _payload: unknown
  }
  return settled(read(payload))
}

/** The files of `app/` that run in the browser, by their exported components. */
async function findClientComponents(): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for await (const found of glob('app/**/*.tsx', { cwd: root })) {
    const file = path.join(root, found)
    const text = await readFile(file, 'utf8')
    if (!text.includes(`'use client'`)) continue
    for (const [, name = ''] of text.matchAll(/^export (?:async )?(?:function|const) (\w+)/gm)) files.set(name, file)
  }
  return files
}
