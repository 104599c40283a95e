'use client'

import { type SyntheticEvent, useEffect, useRef, useState } from 'react'
import { type Phase, spokenAt } from './deadlines.ts'
import { type Keeper, type SessionView, startKeeper } from './keeper.ts'
import { showTimeLeft } from './time-left-store.ts'
import { clockFace, duration } from './time-words.ts'

export interface KeeperWords {
  idleTitle: string
  idleText: string
  absoluteTitle: string
  absoluteText: string
  stay: string
  understood: string
  logOut: string
  /** A template with {left}. */
  spoken: string
  unreachable: string
}

/** Follows the page's session, and shows a warning before its end. Renders nothing until then. */
export function SessionKeeper({
  view,
  words,
  offersUpgrade,
}: {
  view: SessionView
  words: KeeperWords
  /** The browser may create a passkey now. */
  offersUpgrade: boolean
}) {
  const { person, startedAt, idleMs, maxMs, idleDeadline, absoluteDeadline, now } = view
  const dialog = useRef<HTMLDialogElement>(null)
  const keeper = useRef<Keeper>(null)
  const [phase, setPhase] = useState<Phase | null>(null)
  const [isUnderstood, setUnderstood] = useState(false)
  const [isUnreachable, setUnreachable] = useState(false)
  const isOpen = phase?.phase === 'warning' && !(phase.limit === 'absolute' && isUnderstood)

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

  useEffect(() => {
    const element = dialog.current
    if (element === null || element.open === isOpen) return
    if (isOpen) element.showModal()
    else element.close()
    setUnreachable(false)
  }, [isOpen])

  async function stay(event?: SyntheticEvent) {
    event?.preventDefault()
    if (phase?.limit === 'absolute') setUnderstood(true)
    else setUnreachable((await keeper.current?.stay()) === false)
  }

  const isAbsolute = phase?.limit === 'absolute'
  return (
    <dialog
      ref={dialog}
      role="alertdialog"
      aria-labelledby="session-warning"
      aria-describedby="session-warning-text"
      className="warning card p-6"
      onCancel={stay}
    >
      {isOpen && (
        <>
          <h2 id="session-warning" className="text-lg">
            {isAbsolute ? words.absoluteTitle : words.idleTitle}
          </h2>
          <p aria-hidden="true" className="figures my-3 text-2xl font-semibold">
            {clockFace(phase.leftMs)}
          </p>
          <p id="session-warning-text" className="text-muted">
            {isAbsolute ? words.absoluteText : words.idleText}
          </p>
          <p role="status" className="sr-only">
            {words.spoken.replace('{left}', duration(spokenAt(phase)))}
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
        </>
      )}
    </dialog>
  )
}
