// What a person does in a page without asking the server for anything: typing, pressing, touching, scrolling by these.
// Told to the server at most once in thirty seconds, and once more when the page is left.

const everyMs = 30_000
/** Moving a pointer is not among them: an open hand on a desk moves it too. */
const inputs = ['pointerdown', 'keydown', 'touchstart', 'touchmove', 'wheel'] as const

/** While the warning asks, its buttons alone answer. */
function isAsked(): boolean {
  return document.querySelector('dialog[open]') !== null
}

/** `tell` sends word of it; `leaving` when no answer will be read. Returns what stops the watching. */
export function watchActivity(tell: (leaving: boolean) => void): () => void {
  // The page itself was a person's act.
  let toldAt = performance.now()
  let isUntold = false
  let timer = 0

  function send(leaving: boolean): void {
    clearTimeout(timer)
    timer = 0
    toldAt = performance.now()
    isUntold = false
    tell(leaving)
  }

  function notice(event: Event): void {
    if (!event.isTrusted || document.visibilityState !== 'visible' || isAsked()) return
    isUntold = true
    const wait = toldAt + everyMs - performance.now()
    if (wait <= 0) send(false)
    else timer ||= window.setTimeout(() => send(false), wait)
  }

  function leave(): void {
    if (isUntold && document.visibilityState === 'hidden') send(true)
  }

  for (const input of inputs) addEventListener(input, notice, { capture: true, passive: true })
  addEventListener('visibilitychange', leave)
  return () => {
    clearTimeout(timer)
    for (const input of inputs) removeEventListener(input, notice, { capture: true })
    removeEventListener('visibilitychange', leave)
  }
}
