'use client'

import { type RefObject, type SyntheticEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import { MessageCard } from '#app/ui/message-card.tsx'
import { useBrowserWords } from '#app/ui/page-root.tsx'
import { type Phase, spokenAt } from './deadlines.ts'
import { type Keeper, type SessionView, startKeeper } from './keeper.ts'
import { TimeLeft } from './time-left.tsx'
import { showTimeLeft } from './time-left-store.ts'
import { clockFace, duration } from './time-words.ts'

/** Follows the page's session: shows the time left instead of the children, and a warning before the end. */
export function SessionKeeper({
  view,
  offersUpgrade,
  children,
}: {
  view: SessionView
  /** The browser may create a passkey now. */
  offersUpgrade: boolean
  /** The server's text, shown until the script knows the time. */
  children: string
}) {
  const { person, startedAt, idleMs, maxMs, idleDeadline, absoluteDeadline, now } = view
  const words = useBrowserWords().session
  const keeper = useRef<Keeper>(null)
  const [phase, setPhase] = useState<Phase | null>(null)
  const [isUnderstood, setUnderstood] = useState(false)

  useEffect(() => {
    const limits = { idleMs, maxMs }
    const started = startKeeper({ person, startedAt, ...limits, idleDeadline, absoluteDeadline, now }, (shown) => {
      showTimeLeft(shown)
      setPhase(shown)
    })
    keeper.current = started
    return () => started.stop()
  }, [person, startedAt, idleMs, maxMs, idleDeadline, absoluteDeadline, now])

  useEffect(() => {
    if (offersUpgrade) import('#app/passkeys/upgrade.ts').then(({ upgrade }) => upgrade())
  }, [offersUpgrade])

  return (
    <p className="px-3 text-sm text-muted">
      <TimeLeft template={words.endsIn}>{children}</TimeLeft>
      {phase?.phase === 'warning' && !(phase.limit === 'absolute' && isUnderstood) && (
        <Warning phase={phase} keeper={keeper} onUnderstood={() => setUnderstood(true)} />
      )}
      {phase?.phase === 'over' && <Away keeper={keeper} />}
    </p>
  )
}

/** In the body, because the sidebar is hidden on a phone. */
function Warning({
  phase,
  keeper,
  onUnderstood,
}: {
  phase: Phase
  keeper: RefObject<Keeper | null>
  onUnderstood: () => void
}) {
  const words = useBrowserWords().session
  const dialog = useRef<HTMLDialogElement>(null)
  const [isUnreachable, setUnreachable] = useState(false)
  const [openedMs] = useState(phase.leftMs)
  const isAbsolute = phase.limit === 'absolute'
  const [before, after] = words.loggedOutIn.split('{left}')

  // A background tab shows only its title.
  const left = clockFace(phase.leftMs)
  useEffect(() => {
    const { title } = document
    document.title = `${left} · ${title}`
    return () => {
      document.title = title
    }
  }, [left])

  // A layout effect, because only a dialog that is still in the document gives the focus back as it closes.
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])

  async function stay(event?: SyntheticEvent) {
    event?.preventDefault()
    if (isAbsolute) onUnderstood()
    else setUnreachable((await keeper.current?.stay()) === false)
  }

  return createPortal(
    <dialog
      ref={dialog}
      role="alertdialog"
      aria-labelledby="session-warning"
      aria-describedby="session-warning-time session-warning-text"
      className="warning card p-6"
      onCancel={stay}
    >
      <h2 id="session-warning" className="text-lg">
        {isAbsolute ? words.absoluteTitle : words.idleTitle}
      </h2>
      <p aria-hidden="true" className="figures my-3 font-medium">
        {before}
        <span className="text-2xl font-semibold">{left}</span>
        {after}
      </p>
      <p id="session-warning-text" className="text-muted">
        {isAbsolute ? words.absoluteText : words.idleText}
      </p>
      <p id="session-warning-time" role="status" className="sr-only">
        {words.loggedOutIn.replace('{left}', duration(spokenAt(phase.leftMs, openedMs)))}
      </p>
      {isUnreachable && (
        <p role="alert" className="mt-3 font-medium text-danger">
          {words.unreachable}
        </p>
      )}
      <div className="mt-6 flex flex-wrap gap-3">
        <button type="button" className="button button-primary" onClick={stay}>
          {isAbsolute ? words.understood : words.stay}
        </button>
        <form method="post" action="/logout">
          <button type="submit" className="button">
            {words.logOut}
          </button>
        </form>
      </div>
    </dialog>,
    document.body,
  )
}

/** In place of the page, which globals.css hides. */
function Away({ keeper }: { keeper: RefObject<Keeper | null> }) {
  const words = useBrowserWords().session.away
  const title = useRef<HTMLHeadingElement>(null)

  // What had the focus is hidden.
  useEffect(() => title.current?.focus(), [])

  return createPortal(
    <div role="alert" className="away">
      <MessageCard ref={title} title={words.title} text={words.text}>
        <button type="button" className="button button-primary" onClick={() => void keeper.current?.ask()}>
          {words.retry}
        </button>
      </MessageCard>
    </div>,
    document.body,
  )
}
