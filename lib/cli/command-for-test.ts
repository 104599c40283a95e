// Runs the real CLI in a child process.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export interface Ending {
  /** Null after a signal. */
  code: number | null
  stdout: string
  stderr: string
}

export interface RunningCommand {
  child: ChildProcess
  ended: Promise<Ending>
  /** Resolves when stderr contains `part`; rejects when the command ends first. */
  says(part: string): Promise<void>
}

export function startCommand(args: readonly string[], settings: Record<string, string> = {}): RunningCommand {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    // Empty values count as unset, and keep a developer's .env files out.
    env: { ...process.env, DATA_DIR: '', DATABASE_URL: '', SESSION_SECRET: '', VERCEL: '', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      said[name] += text
    })
  }
  const ended = once(child, 'close').then(([code]): Ending => ({ code, ...said }))
  return {
    child,
    ended,
    says: (part) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (said.stderr.includes(part)) resolve()
        }
        child.stderr?.on('data', look)
        look()
        ended.then(({ stderr }) => reject(new Error(`It ended without saying ${part}: ${stderr}`)), reject)
      }),
  }
}

export function runCommand(args: readonly string[], settings: Record<string, string> = {}): Promise<Ending> {
  return startCommand(args, settings).ended
}
