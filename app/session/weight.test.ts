// The browser size of the session scripts, without React, which every page loads.
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { expect, test } from 'vitest'

const here = import.meta.dirname
const parts = ['session-keeper.tsx', 'time-left.tsx', 'draft-offer.tsx', 'visitor.tsx']

test('all of them together, with their words, are under 7.3 kB gzip', async () => {
  const entry = '\0all-parts'
  const bundle = await build({
    configFile: false,
    root: path.resolve(here, '../..'),
    logLevel: 'error',
    build: { write: false, rolldownOptions: { input: entry, external: /^react/, preserveEntrySignatures: 'strict' } },
    plugins: [
      {
        name: 'all-parts',
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) =>
          id === entry ? parts.map((part) => `export * from '${path.join(here, part)}'`).join('\n') : undefined,
      },
    ],
  })
  const outputs = [bundle].flat().flatMap((result) => ('output' in result ? result.output : []))
  const code = outputs.map((output) => (output.type === 'chunk' ? output.code : '')).join('')
  const weight = gzipSync(code).length
  process.stdout.write(`Session features in the browser: ${weight} bytes gzip\n`)
  expect(code).toContain('gatehouse.draft.')
  expect(weight).toBeLessThan(7300)
})
