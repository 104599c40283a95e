// A machine that keeps no files, for one command: every disk is mounted read-only in a mount namespace of its own.
import { spawnSync } from 'node:child_process'
import { projectDir } from '#e2e/support/server-process.ts'

// The project may stand on a disk of its own, and so may what is for passing use.
const script = `
mount --make-rprivate / &&
for dir in "$1" /tmp "\${TMPDIR:-/tmp}" "$HOME"; do
  mount --rbind "$dir" "$dir" && mount -o remount,bind,ro "$dir" || exit 1
done
mount -o remount,bind,ro / && cd "$1" && shift && exec "$@"
`

/** What is to be put before a command. Throws where nothing may be mounted: this can't be tested there. */
export function onReadOnlyDisks(): string[] {
  // Root has what it needs; anybody else becomes root in a namespace of users, where the system allows that.
  const unshare = process.getuid?.() === 0 ? ['unshare', '-m'] : ['unshare', '-r', '-m']
  const wrapper = [...unshare, 'sh', '-c', script, 'sh', projectDir]
  const [command = '', ...args] = [
    ...wrapper,
    'sh',
    '-c',
    '! touch written-on-a-read-only-disk && ! touch /tmp/written',
  ]
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) {
    const reason = error?.message ?? stderr.trim()
    throw new Error(
      `This test needs a read-only file system: run it on Linux as root, or where users may have namespaces of their own. ${reason}`,
    )
  }
  return wrapper
}
