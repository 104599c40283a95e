// Reports user activity without requests: typing, pressing, touching, scrolling. At most once in thirty seconds, and
// when the page is left.

const everyMs = 30_000
/** Excludes pointer moves: a bump of the desk moves the pointer too. */
const inputs = ['pointerdown', 'keydown', 'touchstart', 'touchmove', 'wheel'] as const

/** While the warning is open, only its buttons count. */
function isAsked(): boolean {
  return document.querySelector('dialog[open]') !== null
}

/**
 * Calls `tell` to report activity; `leaving` means that no response will be read. Returns a function that stops
 * watching.
 */
export function watchActivity(tell: (leaving: boolean) => void): () => void {
  // Loading the page counted already.
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
