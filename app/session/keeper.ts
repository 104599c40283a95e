// Follows the session of a page: tracks the time left, reports activity, and hides and leaves the page when the session
// ends. Only the server decides; this code asks it at the right times.
import { watchActivity } from './activity.ts'
import { type Deadlines, type Limits, type Phase, phaseAt, untilNextTold } from './deadlines.ts'
import { type DraftOwner, hasUnsentText, keepDrafts, tidyDrafts } from './drafts.ts'
import { onOtherTab, tellOtherTabs } from './tabs.ts'

export interface SessionView extends Deadlines, Limits, DraftOwner {}

export interface Keeper {
  /** The user chose to stay. False when the server is unreachable. */
  stay(): Promise<boolean>
  /** Asks the server now. */
  ask(): Promise<void>
  stop(): void
}

const retryMs = 5000
/** Timers stop while the machine sleeps, and go on counting from there: look at the clocks more often than they ring. */
const lookEveryMs = 3000
/** globals.css hides the page while the root has this attribute. */
const hidden = 'data-away'

let isFirst = true

/**
 * Calls `show` whenever the shown time changes: every minute, and every second near the end. Shows a session that is over
 * only while the server cannot be asked.
 */
export function startKeeper(view: SessionView, show: (phase: Phase) => void): Keeper {
  const owner: DraftOwner = { person: view.person, startedAt: view.startedAt }
  let deadlines: Deadlines = view
  let learnedAt = isFirst ? arrival() : clocks()
  isFirst = false
  /** The phase at the last request to the server. */
  let askedAt: Phase['phase'] = 'quiet'
  let isLeaving = false
  let timer = 0
  const looking = setInterval(look, lookEveryMs)

  const root = document.documentElement
  const stopActivity = watchActivity((leaving) => void tellActivity(leaving))
  const stopTabs = onOtherTab(ask)
  const listeners = new AbortController()
  const { signal } = listeners
  addEventListener('online', ask, { signal })
  document.addEventListener('visibilitychange', onVisibility, { signal })
  document.addEventListener('submit', onSubmit, { signal })
  addEventListener('beforeunload', onBeforeUnload, { signal })
  addEventListener('pagehide', onPageHide, { signal })
  addEventListener('pageshow', onPageShow, { signal })
  // The first signs of a user who comes back after sleep.
  for (const sign of ['focus', 'pointerdown', 'keydown']) addEventListener(sign, look, { signal, capture: true })
  root.removeAttribute(hidden)
  tidyDrafts(owner)
  tellOtherTabs()
  tick()

  function tick(): void {
    clearTimeout(timer)
    if (isLeaving) return
    const phase = phaseAt(deadlines, elapsedSince(learnedAt), view)
    if (phase.phase === 'quiet') {
      show(phase)
      timer = wake(untilNextTold(phase))
    } else if (phase.phase !== askedAt) {
      // Another tab may have extended the session. If not, nothing private may stay in sight until the answer comes.
      if (phase.phase === 'over') hide()
      askedAt = phase.phase
      void ask()
    } else if (phase.phase === 'warning') {
      show(phase)
      timer = wake(phase.leftMs % 1000 || 1000)
    } else {
      // The session is over and the server unreachable: hide private content.
      hide()
      retry()
    }
  }

  function look(): void {
    const { phase } = phaseAt(deadlines, elapsedSince(learnedAt), view)
    if (phase !== 'quiet' && phase !== askedAt) tick()
  }

  function retry(): void {
    clearTimeout(timer)
    show(phaseAt(deadlines, Number.POSITIVE_INFINITY, view))
    timer = window.setTimeout(() => void ask(), retryMs)
  }

  function wake(inMs: number): number {
    return window.setTimeout(tick, inMs)
  }

  /** Never extends the session. */
  async function ask(): Promise<void> {
    if (isLeaving) return
    const answer = await fetch('/api/session', { cache: 'no-store' }).catch(() => null)
    if (isLeaving) return
    const body = answer === null ? null : await answer.json().catch(() => null)
    if (answer?.status === 401) return leave(() => location.replace(logInUrl(body?.reason ?? 'signed-out')))
    if (!answer?.ok || body === null) return root.hasAttribute(hidden) ? retry() : tick()
    if (body.user.id !== owner.person) return leave(() => location.reload())
    owner.startedAt = Date.parse(body.startedAt)
    deadlines = {
      idleDeadline: Date.parse(body.idleDeadline),
      absoluteDeadline: Date.parse(body.absoluteDeadline),
      now: Date.parse(body.now),
    }
    learnedAt = clocks()
    askedAt = phaseAt(deadlines, 0, view).phase
    root.removeAttribute(hidden)
    tick()
  }

  async function tellActivity(leaving: boolean): Promise<boolean> {
    const answer = await fetch('/api/session/activity', { method: 'POST', keepalive: true }).catch(() => null)
    if (leaving || answer === null) return answer !== null
    await ask()
    if (answer.ok) tellOtherTabs()
    return true
  }

  function leave(go: () => void): void {
    isLeaving = true
    clearTimeout(timer)
    hide()
    tellOtherTabs()
    go()
  }

  function hide(): void {
    keepDrafts(owner)
    root.setAttribute(hidden, '')
  }

  /** The log-out form navigates by itself. */
  function onSubmit({ target }: SubmitEvent): void {
    if (target instanceof HTMLFormElement && target.getAttribute('action') === '/logout') isLeaving = true
  }

  /** A log-out deletes what other ways of leaving keep, so the browser asks first. */
  function onBeforeUnload(event: BeforeUnloadEvent): void {
    if (!isLeaving || root.hasAttribute(hidden) || !hasUnsentText()) return
    event.preventDefault()
    // For a user who stays. The timer also runs after leaving, so it waits until the next page has come.
    setTimeout(() => {
      isLeaving = false
      tick()
    }, retryMs)
  }

  function onVisibility(): void {
    if (document.visibilityState === 'hidden') keepDrafts(owner)
    else void ask()
  }

  /** The browser may cache the page in this state and show it on Back, before any script runs. */
  function onPageHide({ persisted }: PageTransitionEvent): void {
    if (persisted) root.setAttribute(hidden, '')
  }

  function onPageShow({ persisted }: PageTransitionEvent): void {
    if (!persisted) return
    isLeaving = false
    void ask()
  }

  return {
    stay: () => tellActivity(false),
    ask,
    stop() {
      isLeaving = true
      clearTimeout(timer)
      clearInterval(looking)
      stopActivity()
      stopTabs()
      listeners.abort()
    },
  }
}

/** Without a reason from the server, the browser has no session any more: another tab logged out. */
function logInUrl(reason: string): string {
  return `/login?${new URLSearchParams({ next: location.pathname + location.search, reason })}`
}

/** The time of the document's arrival: its scripts may start much later, even after sleep. */
function arrival(): ReturnType<typeof clocks> {
  const [entry] = performance.getEntriesByType('navigation')
  const steady = entry instanceof PerformanceNavigationTiming ? entry.responseStart : 0
  return { wall: performance.timeOrigin + steady, steady }
}

const clocks = () => ({ wall: Date.now(), steady: performance.now() })

/** The larger of both clocks: sleep stops one, and the user can set back the other. */
function elapsedSince({ wall, steady }: ReturnType<typeof clocks>): number {
  const now = clocks()
  return Math.max(now.wall - wall, now.steady - steady)
}
