import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { expect, it } from 'vitest'

import { chained } from '#lib/stores/audit-chain.ts'
import { anEntry } from '#lib/stores/contract/samples.ts'

import { freshFolder } from './folder-for-test.ts'

it('opens a long trail in little memory, and reads, shortens and extends it', async () => {
  const folder = await freshFolder()
  const stores = await folder.open()
  await stores.close()
  const lines = Array.from({ length: 20_000 }, (_, n) => {
    const seq = n + 1
    const entry = anEntry({
      at: seq,
      event: n % 2 === 0 ? 'even' : 'odd',
      detail: JSON.stringify({ text: 'x'.repeat(4_000) }),
    })
    return `${JSON.stringify(chained({ seq: n, id: String(n) }, entry))}\n`
  })
  await folder.write('audit.jsonl', lines.join(''))
  const child = fileURLToPath(new URL('long-trail-for-test.ts', import.meta.url))
  // Less than the file: 88 MB.
  const { stdout } = await promisify(execFile)(process.execPath, ['--max-old-space-size=48', child, folder.dir])
  expect(JSON.parse(stdout)).toEqual({
    listed: [19_999, 19_997, 19_995],
    forgotten: 9_999,
    dropped: 5_000,
    added: 20_001,
    dumped: 15_001,
    withAddress: 10_002,
  })
})
