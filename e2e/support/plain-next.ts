// The built site under Next's own server, like on a host that does not run ours.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { findFreePort } from '#e2e/support/free-port.ts'
import { cleanEnvironment, collectOutput, isNextFault, projectDir, streamOf } from '#e2e/support/server-process.ts'

export interface PlainNext {
  url: string
  /** Lines that report an error. */
  faults(): string[]
  stop(): Promise<void>
}

/** `wrapper` is a command that runs the server's command, which is appended to it. */
export async function startPlainNext(settings: Record<string, string>, wrapper: string[] = []): Promise<PlainNext> {
  const port = String(await findFreePort())
  const url = `http://localhost:${port}`
  const serve = [process.execPath, 'node_modules/next/dist/bin/next', 'start', '-p', port, '-H', 'localhost']
  const [command = '', ...args] = [...wrapper, ...serve]
  const env = cleanEnvironment({ PORT: port, APP_URL: url, ...settings })
  const child = spawn(command, args, { cwd: projectDir, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = collectOutput(child)
  const faults: string[] = []
  const ended = once(child, 'exit')
  createInterface({ input: streamOf(child.stderr) }).on('line', (text) => {
    if (isNextFault(text)) faults.push(text)
  })
  const ready = new Promise<'ready'>((resolve) => {
    createInterface({ input: streamOf(child.stdout) }).on('line', (text) => {
      if (/"level":(50|60|"error"|"fatal")/.test(text)) faults.push(text)
      if (/Ready in/.test(text)) resolve('ready')
    })
  })
  if ((await Promise.race([ready, ended])) !== 'ready') throw new Error(`next start ended.\n${output.text()}`)
  return {
    url,
    faults: () => [...faults],
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
