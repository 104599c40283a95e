// Terminal output: results on stdout; progress, questions and errors on stderr.
import { createInterface } from 'node:readline'

export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

export function say(line: string): void {
  process.stderr.write(`${withoutPasswords(line)}\n`)
}

/** Error messages can repeat what the operator typed, including a URL with a password. */
export function withoutPasswords(text: string): string {
  return text.replace(/(:\/\/[^\s:@/]*):\S*@/g, '$1:…@').replace(/(password=)[^&\s'"]*/gi, '$1…')
}

/** An expected failure: one sentence, exit code 1. */
export function refusal(message: string): Error {
  return Object.assign(new Error(message), { code: 'refused' })
}

export interface Progress {
  step(): void
  done(): void
}

/** Rewrites one line on a terminal; elsewhere writes a line every 10,000 steps. */
export function createProgress(doing: string): Progress {
  const { isTTY } = process.stderr
  const every = isTTY ? 500 : 10_000
  let count = 0
  const text = () => `${doing}: ${count.toLocaleString('en')} records`
  return {
    step() {
      if (++count % every === 0) process.stderr.write(isTTY ? `\r${text()}` : `${text()}\n`)
    },
    done() {
      if (isTTY && count >= every) process.stderr.write('\r\x1b[K')
    },
  }
}

/** Null without a terminal. Only `yes` is a yes. */
export async function confirm(question: string): Promise<boolean | null> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null
  // Not as a terminal: Ctrl-C must stay a signal.
  const lines = createInterface({ input: process.stdin, terminal: false })
  process.stderr.write(`${question} Type yes to continue: `)
  try {
    const answer = await new Promise<string>((resolve) => {
      lines.once('line', resolve)
      lines.once('close', () => resolve(''))
      process.once('SIGINT', () => resolve(''))
    })
    return answer.trim().toLowerCase() === 'yes'
  } finally {
    lines.close()
  }
}

export interface Interruption {
  /** The effect of an interruption at this moment, as a sentence. */
  consequence: string
  throwIfInterrupted(): void
}

/**
 * From now on, Ctrl-C and SIGTERM end the command at its next check, so that it can release its locks. npm forwards
 * Ctrl-C, so one key press can arrive twice; a second signal therefore does nothing more.
 */
export function catchInterruption(consequence: string): Interruption {
  let interrupted = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      interrupted = true
    })
  }
  return {
    consequence,
    throwIfInterrupted() {
      if (interrupted) throw refusal(`Interrupted. ${this.consequence}`)
    },
  }
}
