// How commands speak with the operator: results on stdout; progress, questions and faults on stderr.
import { createInterface } from 'node:readline'

/** One line of a result. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** One line for the operator's eyes. */
export function say(line: string): void {
  process.stderr.write(`${withoutPasswords(line)}\n`)
}

/** What an operator typed may come back in a fault; the password in an address may not. */
export function withoutPasswords(text: string): string {
  return text.replace(/(:\/\/[^\s:@/]*):\S*@/g, '$1:…@').replace(/(password=)[^&\s'"]*/gi, '$1…')
}

/** An expected end of a command that did not do its work: one sentence, exit code 1. */
export function refusal(message: string): Error {
  return Object.assign(new Error(message), { code: 'refused' })
}

export interface Progress {
  step(): void
  done(): void
}

/** Counts on a line that is written again on a terminal; elsewhere on a new line every 10,000 steps. */
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

/** Null when nobody can be asked. Anything but a written yes is a no. */
export async function confirm(question: string): Promise<boolean | null> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null
  // Not as a terminal: Ctrl-C stays the signal that it is.
  const lines = createInterface({ input: process.stdin, terminal: false })
  process.stderr.write(`${question} Type yes to go on: `)
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
  /** What is so when the command ends at this moment: the second sentence of the fault. */
  consequence: string
  throwIfInterrupted(): void
}

/**
 * From now on, Ctrl-C and SIGTERM end the command where it asks, so that it can let go of what it holds. npm passes a
 * terminal's Ctrl-C on, so that one key press can arrive twice: there is no second meaning.
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
