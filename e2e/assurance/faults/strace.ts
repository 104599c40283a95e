// Uses strace to kill a process, or to make the kernel return an error, at the Nth call of a system call on a store's
// files.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { StartOptions } from './store-process.ts'
import type { FolderSubject } from './subjects.ts'

/** Calls that change something, and `close`, to kill between two that do. */
const changing =
  /^(open|openat|write|pwrite64|writev|pwritev2?|fsync|fdatasync|rename\w*|unlink\w*|link\w*|mkdir\w*|rmdir|\w*truncate|f?chmod\w*|fallocate|close)$/

/** Temporary names that the scenario may use; see predictable-names.ts. */
const temporaryNames = 150

export function isStraceUsable(): boolean {
  return spawnSync('strace', ['-qq', '-o', '/dev/null', '-e', 'trace=none', 'true']).status === 0
}

/** strace counts `when` per thread, so libuv gets one thread for files. */
export function injecting(subject: FolderSubject, call: string, what: string, when: number): StartOptions {
  return under(subject, ['-o', logOf(subject), '-e', `trace=${call}`, '-e', `inject=${call}:${what}:when=${when}`])
}

/** Makes every fsync succeed at once without syncing. */
export function ignoringSyncs(): StartOptions {
  const calls = 'fsync,fdatasync,sync_file_range,msync'
  const options = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', `inject=${calls}:retval=0`]
  return { under: ['strace', '--seccomp-bpf', ...options] }
}

/** Whether the fault was reached. */
export function wasInjected(subject: FolderSubject): boolean {
  return readFileSync(logOf(subject), 'utf8').includes('(INJECTED)')
}

const logOf = ({ folder }: FolderSubject) => `${folder}.strace`

/** Runs `work` with a store and counts the changing system calls per thread. */
export async function countCalls(
  subject: FolderSubject,
  work: (options: StartOptions) => Promise<unknown>,
): Promise<Map<string, number>> {
  await work(under(subject, ['-o', logOf(subject)]))
  return mostPerThread(readFileSync(logOf(subject), 'utf8'))
}

function mostPerThread(log: string): Map<string, number> {
  const perThread = new Map<string, number>()
  const most = new Map<string, number>()
  for (const [, thread, call = ''] of log.matchAll(/^(\d+) +(\w+)\(/gm)) {
    if (!changing.test(call)) continue
    const count = (perThread.get(`${thread} ${call}`) ?? 0) + 1
    perThread.set(`${thread} ${call}`, count)
    most.set(call, Math.max(count, most.get(call) ?? 0))
  }
  return most
}

function under(subject: FolderSubject, options: string[]): StartOptions {
  const preload = pathToFileURL(path.join(import.meta.dirname, 'predictable-names.ts')).href
  return {
    under: ['strace', '-f', '-qq', ...filesOf(subject).flatMap((file) => ['-P', file]), ...options],
    env: { UV_THREADPOOL_SIZE: '1' },
    nodeOptions: ['--import', preload],
  }
}

/** Everything that a driver writes, and the parent folder, which contains the store's name. */
function filesOf({ folder }: FolderSubject): string[] {
  const names = ['users.json', 'sessions.json', 'tokens.json', 'audit.jsonl', 'audit-head.json']
  const numbers = Array.from({ length: temporaryNames }, (_, n) => (n + 1).toString(16).padStart(16, '0'))
  const withTemporaries = names.flatMap((name) => [name, ...numbers.map((number) => `${name}.${number}.tmp`)])
  return [
    path.dirname(folder),
    folder,
    ...[...withTemporaries, 'lock', 'site.db', 'site.db-wal', 'site.db-shm', 'site.db-journal'].map((name) =>
      path.join(folder, name),
    ),
    ...['replacement.tmp', 'replacement'].flatMap((inner) => [
      path.join(folder, inner),
      ...withTemporaries.map((name) => path.join(folder, inner, name)),
    ]),
  ]
}
