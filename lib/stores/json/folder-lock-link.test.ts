// An attacker replaces the file `lock` by a link after the check.
import type * as Files from 'node:fs'
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { lockFolder } from './folder-lock.ts'

const afterLook = vi.hoisted(() => vi.fn<(path: unknown) => void>())
vi.mock('node:fs', async (importOriginal) => {
  const files = await importOriginal<typeof Files>()
  const readFileSync = (path: string) => {
    const content = files.readFileSync(path)
    afterLook(path)
    return content
  }
  return { ...files, readFileSync }
})

it('never opens, empties or closes a link’s target', () => {
  const dir = mkdtempSync(join(tmpdir(), 'gatehouse-lock-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const [path, target] = [join(dir, 'lock'), join(dir, 'of-somebody')]
  writeFileSync(path, '')
  writeFileSync(target, 'notes')
  chmodSync(target, 0o644)
  afterLook.mockImplementationOnce(() => {
    renameSync(path, `${path}.old`)
    symlinkSync(target, path)
  })
  const holder = { pid: process.pid, host: 'here', since: '2026-01-01T00:00:00.000Z' }
  expect(() => lockFolder(dir, holder)).toThrow(/cannot be used/)
  expect(statSync(target).mode & 0o777).toBe(0o644)
  expect(String(readFileSync(target))).toBe('notes')
})
