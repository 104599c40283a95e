// Before any browser test: a build of the present sources, made once and not by each worker.
import { spawnSync } from 'node:child_process'
import { projectDir } from '#e2e/support/server.ts'

export default function buildOnce(): void {
  const { status } = spawnSync(process.execPath, ['lib/server/build.ts'], { cwd: projectDir, stdio: 'inherit' })
  if (status !== 0) throw new Error('The production build failed; there is nothing to test.')
}
