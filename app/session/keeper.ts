// Keeps a signed-in page true to its session: knows how much time is left, tells the server of a person's acts, and
// hides and leaves the page when the session is over. The server alone decides; this only asks it at the right moments.
import { watchActivity } from './activity.ts'
import { type Deadlines, type Limits, type Phase, phaseAt, untilNextTold } from './deadlines.ts'
import { type DraftOwner, keepDrafts, tidyDrafts } from './drafts.ts'
import { onOtherTab, tellOtherTabs } from './tabs.ts'

export interface SessionView extends Deadlines, Limits, DraftOwner {}

export interface Keeper {
  /** A person asked to stay. False when the server could not be reached. */
  stay(): Promise<boolean>
  stop(): void
}

const retryMs = 5000
/** A private page under this attribute shows nothing (globals.css). */
const hidden = 'data-away'

let isFirst = true

/** `show` is called with each change of what there is to show: by the minute, and by the second near the end. */
export function startKeeper(view: SessionView, show: (phase: Phase) => void): Keeper {
  const owner: DraftOwner = { person: view.person, startedAt: view.startedAt }
  let deadlines: Deadlines = view
  let learnedAt = isFirst ? arrival() : clocks()
  isFirst = false
  /** What seemed due when the server was asked last. */
  let askedAt: Phase['phase'] = 'quiet'
  let isLeaving = false
  let timer = 0

  const root = document.documentElement
  const stopActivity = watchActivity((leaving) => void tellActivity(leaving))
  const stopTabs = onOtherTab(ask)
  const listeners = new AbortController()
  const { signal } = listeners
  addEventListener('online', ask, { signal })
  document.addEventListener('visibilitychange', onVisibility, { signal })
  document.addEventListener('submit', onSubmit, { signal })
  addEventListener('pagehide', onPageHide, { signal })
  addEventListener('pageshow', onPageShow, { signal })
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
      // Another tab may have put the end off.
      askedAt = phase.phase
      void ask()
    } else if (phase.phase === 'warning') {
      show(phase)
      timer = wake(phase.leftMs % 1000 || 1000)
    } else {
      // Over, and no word from the server: nothing private is shown meanwhile.
      hide()
      retry()
    }
  }

  function retry(): void {
    clearTimeout(timer)
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

  /** Who logs out is on the way already, and needs no other. */
  function onSubmit({ target }: SubmitEvent): void {
    if (target instanceof HTMLFormElement && target.getAttribute('action') === '/logout') isLeaving = true
  }

  function onVisibility(): void {
    if (document.visibilityState === 'hidden') keepDrafts(owner)
    else void ask()
  }

  /** A browser may keep the page as it is now and show it again on Back, before any script runs. */
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
    stop() {
      isLeaving = true
      clearTimeout(timer)
      stopActivity()
      stopTabs()
      listeners.abort()
    },
  }
}

/** Without a reason from the server there is no session in this browser any more: a log-out in another tab took it. */
function logInUrl(reason: string): string {
  return `/login?${new URLSearchParams({ next: location.pathname + location.search, reason })}`
}

/** When the document came: its scripts may start much later, after a sleep even. */
function arrival(): ReturnType<typeof clocks> {
  const [entry] = performance.getEntriesByType('navigation')
  const steady = entry instanceof PerformanceNavigationTiming ? entry.responseStart : 0
  return { wall: performance.timeOrigin + steady, steady }
}

const clocks = () => ({ wall: Date.now(), steady: performance.now() })

/** The larger of the two: sleep stops the one, and the other can be set back. */
function elapsedSince({ wall, steady }: ReturnType<typeof clocks>): number {
  const now = clocks()
  return Math.max(now.wall - wall, now.steady - steady)
}
