// What the suite may do on this machine: trace processes, mount a disk, and cut its power. Installs tools if permitted.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { isInstalled, mountCuttableDisk, mountSmallDisk } from './disk.ts'
import { isStraceUsable } from './strace.ts'

/** Why something is not possible here, for the output; null when it is. */
export type Obstacle = string | null

export function provideStrace(): Obstacle {
  if (isStraceUsable()) return null
  if (!isInstalled('strace') && process.getuid?.() === 0 && isInstalled('apt-get')) installPackage('strace')
  if (isStraceUsable()) return null
  return isInstalled('strace')
    ? 'strace may not follow processes on this machine'
    : "strace is not installed ('apt-get install strace', as root)"
}

export function tryMounting(): Obstacle {
  return attempt(() => {
    using disk = mountSmallDisk(64)
    writeFileSync(path.join(disk.folder, 'file'), 'text')
  })
}

export function tryPowerCut(): Obstacle {
  return attempt(() => {
    using disk = mountCuttableDisk(16)
    disk.cutPower()
  })
}

function attempt(work: () => void): Obstacle {
  try {
    work()
    return null
  } catch (cause) {
    const isRoot = process.getuid?.() === 0
    const reason = cause instanceof Error ? cause.message : String(cause)
    return isRoot ? `this machine does not permit it (${reason})` : `it needs root (${reason})`
  }
}

function installPackage(name: string): void {
  process.stdout.write(`Installing Debian's package ${name}.\n`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', name]]) {
    spawnSync('apt-get', args, { stdio: 'ignore', timeout: 300_000, env })
  }
}
