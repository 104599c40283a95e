// Breaks a process off, or makes the kernel answer with an error, at the Nth call of one system call on the files of a
// store: strace does it.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { StartOptions } from './store-process.ts'
import type { FolderSubject } from './subjects.ts'

/** Those that change something, and `close`, at which a process can be killed between two that do. */
const changing =
  /^(open|openat|write|pwrite64|writev|pwritev2?|fsync|fdatasync|rename\w*|unlink\w*|link\w*|mkdir\w*|rmdir|\w*truncate|f?chmod\w*|fallocate|close)$/

/** Temporary names that a process of the scenario can come to use; see predictable-names.ts. */
const temporaryNames = 150

export function isStraceUsable(): boolean {
  return spawnSync('strace', ['-qq', '-o', '/dev/null', '-e', 'trace=none', 'true']).status === 0
}

/** `when` counts for each thread, so that libuv is given one thread for files. */
export function injecting(subject: FolderSubject, call: string, what: string, when: number): StartOptions {
  return under(subject, ['-o', logOf(subject), '-e', `trace=${call}`, '-e', `inject=${call}:${what}:when=${when}`])
}

/** Every wait for the disk is answered at once, with success, and without any waiting. */
export function ignoringSyncs(): StartOptions {
  const calls = 'fsync,fdatasync,sync_file_range,msync'
  const options = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', `inject=${calls}:retval=0`]
  return { under: ['strace', '--seccomp-bpf', ...options] }
}

/** Whether it came to that. */
export function wasInjected(subject: FolderSubject): boolean {
  return readFileSync(logOf(subject), 'utf8').includes('(INJECTED)')
}

const logOf = ({ folder }: FolderSubject) => `${folder}.strace`

/** Runs `work` with a store whose system calls are counted: the changing ones, and how often a thread made each. */
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

/** Everything that a driver writes, and the folder above, which holds the name of the store's own. */
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
