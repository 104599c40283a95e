// Disks that a test can fill, make read-only, and cut off from power. Mounting needs root.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { signalIfThere } from './signal.ts'

interface Mounted extends Disposable {
  /** The mount point of the disk. */
  folder: string
}

export interface SmallDisk extends Mounted {
  setReadOnly(isReadOnly: boolean): void
}

export interface CuttableDisk extends Mounted {
  /**
   * Simulates a power cut: nothing more reaches the disk, and unwritten data is lost. Kills processes with their
   * working folder there, such as a database server's.
   */
  cutPower(): void
  /** Mounts the file system again, as after a power cut. Call it when no process has a file open there. */
  bringBack(): Promise<void>
}

/** A small file system in memory. */
export function mountSmallDisk(kilobytes: number): SmallDisk {
  const disk = makeMountPoint()
  run('mount', '-t', 'tmpfs', '-o', `size=${kilobytes}k,mode=755`, 'tmpfs', disk.folder)
  return {
    ...disk,
    setReadOnly: (isReadOnly) => run('mount', '-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, disk.folder),
  }
}

/** ext4 on a file. The kernel writes unsynced data only after a minute. */
export function mountCuttableDisk(megabytes: number): CuttableDisk {
  const disk = makeMountPoint()
  const image = `${disk.folder}.img`
  const mount = () => run('mount', '-o', 'loop,commit=60', image, disk.folder)
  try {
    run('truncate', '-s', `${megabytes}M`, image)
    run('mkfs.ext4', '-q', '-F', image)
    mount()
  } catch (cause) {
    disk[Symbol.dispose]()
    throw cause
  }
  return {
    ...disk,
    cutPower() {
      shutDown(disk.folder)
      for (const pid of processesIn(disk.folder)) signalIfThere(pid, 'SIGKILL')
    },
    async bringBack() {
      await unmount(disk.folder)
      mount()
    },
  }
}

function makeMountPoint() {
  const parent = mkdtempSync(path.join(tmpdir(), 'gatehouse-faults-'))
  const folder = path.join(parent, 'disk')
  mkdirSync(folder)
  // PostgreSQL, which does not run as root, has its folder there.
  execFileSync('chmod', ['755', parent])
  const remove = () => {
    spawnSync('umount', ['-l', folder], { stdio: 'ignore' })
    rmSync(parent, { recursive: true, force: true })
    process.off('exit', remove)
  }
  // Unmount after failed tests too.
  process.on('exit', remove)
  return { folder, [Symbol.dispose]: remove }
}

function processesIn(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && workingFolder(name)?.startsWith(`${folder}/`))
    .map(Number)
}

/** Null when the process has just ended. */
function workingFolder(pid: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return null
  }
}

/** A process that was just killed may still hold it. */
async function unmount(folder: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const { status, stderr } = spawnSync('umount', [folder], { encoding: 'utf8' })
    if (status === 0) return
    if (attempt === 100 || !/busy/.test(stderr)) throw new Error(`umount: ${stderr}`)
    await delay(50)
  }
}

// EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH: even the journal is lost. Node has no ioctl.
const request = '0x8004587D'
const noLogFlush = 2
const inPerl = `open(my $disk, "<", $ARGV[0]) or die $!; my $how = pack("I", ${noLogFlush}); ioctl($disk, ${request}, $how) or die $!`
const inPython = `import fcntl, os, struct, sys; fcntl.ioctl(os.open(sys.argv[1], 0), ${request}, struct.pack("I", ${noLogFlush}))`

function shutDown(folder: string): void {
  const [command, option, script] = isInstalled('perl') ? ['perl', '-e', inPerl] : ['python3', '-c', inPython]
  run(command, option, script, folder)
}

export function isInstalled(command: string): boolean {
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  return folders.some((folder) => existsSync(path.join(folder, command)))
}

function run(command: string, ...args: string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr.trim()}`, { cause: error })
}
