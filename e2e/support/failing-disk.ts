// A data folder whose disk rejects writes on demand: a small full tmpfs if one can be mounted, otherwise a limit on the
// size of the server's files.
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface FailingDisk {
  dir: string
  /** The method, for the test's report. */
  means: string
  fail(serverPid: number): void
  recover(serverPid: number): void
  remove(): Promise<void>
}

export async function makeFailingDisk(): Promise<FailingDisk> {
  const dir = await mkdtemp(path.join(tmpdir(), 'gatehouse-disk-'))
  if (run('mount', '-t', 'tmpfs', '-o', 'size=16m,mode=700', 'tmpfs', dir)) return fullTmpfs(dir)
  if (run('prlimit', '--version')) return limitedFiles(dir)
  throw new Error('This test needs a disk that fails: run it as root, or install prlimit (util-linux).')
}

function fullTmpfs(dir: string): FailingDisk {
  const filler = path.join(dir, 'filler')
  return {
    dir,
    means: 'a full tmpfs',
    fail: () => fill(filler),
    recover: () => rmSync(filler),
    async remove() {
      run('umount', '-l', dir)
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** The server cannot write past the first byte of any file. */
function limitedFiles(dir: string): FailingDisk {
  return {
    dir,
    means: 'a limit on the size of files',
    fail: (serverPid) => limit(serverPid, '1:unlimited'),
    recover: (serverPid) => limit(serverPid, 'unlimited:unlimited'),
    remove: () => rm(dir, { recursive: true, force: true }),
  }
}

function limit(pid: number, size: string): void {
  if (!run('prlimit', '--pid', String(pid), `--fsize=${size}`)) throw new Error(`prlimit refused --fsize=${size}`)
}

function fill(file: string): void {
  const fd = openSync(file, 'w')
  for (const size of [65_536, 4096, 1]) {
    try {
      for (;;) writeSync(fd, Buffer.alloc(size))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }
  closeSync(fd)
}

function run(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}
