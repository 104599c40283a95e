// Runs a command with every disk mounted read-only, in its own mount namespace.
import { spawnSync } from 'node:child_process'
import { projectDir } from '#e2e/support/server-process.ts'

// The project and the temporary folder may be on separate disks.
const script = `
mount --make-rprivate / &&
for dir in "$1" /tmp "\${TMPDIR:-/tmp}" "$HOME"; do
  mount --rbind "$dir" "$dir" && mount -o remount,bind,ro "$dir" || exit 1
done
mount -o remount,bind,ro / && cd "$1" && shift && exec "$@"
`

/** The prefix of the command. Throws when mounting is not permitted. */
export function onReadOnlyDisks(): string[] {
  // Root can mount. Other users become root in a user namespace if the system allows it.
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
