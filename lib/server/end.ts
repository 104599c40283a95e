// Detects that this process must end: a signal from its supervisor, or the death of npm, which forwards only some
// signals.

/** How often to check that npm still runs. */
const lookEveryMs = 500

/**
 * Calls `end` once, with the signal's name. A closed terminal sends SIGHUP. When npm dies of SIGHUP or SIGKILL, this
 * process gets another parent and no signal; the reason is then `npm_ended`.
 *
 * `nohup` has no effect: Node resets inherited signal dispositions before it runs a script.
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
