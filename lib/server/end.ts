// When this process has to end: a signal of whoever supervises it, or the end of npm, which passes on only some signals.

/** How often to look whether npm is still there. */
const lookEveryMs = 500

/**
 * Calls `end` once, with the signal's name. SIGHUP comes from a terminal that was closed. When npm dies of it, or of
 * SIGKILL, this process gets another parent and no signal: then the reason is `npm_ended`.
 *
 * `nohup` changes nothing here: Node itself, npm's too, undoes an inherited ignore of a signal before it runs a script.
 */
export function onEnd(end: (reason: string) => void, { byNpm }: { byNpm: boolean }): void {
  let ended = false
  const endOnce = (reason: string) => {
    // npm passes a terminal's Ctrl-C on, so one key press can arrive twice.
    if (ended) return
    ended = true
    end(reason)
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, endOnce)
  if (!byNpm) return
  const startedBy = process.ppid
  setInterval(() => {
    if (process.ppid !== startedBy) endOnce('npm_ended')
  }, lookEveryMs).unref()
}
