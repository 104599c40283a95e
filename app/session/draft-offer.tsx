'use client'

import { useEffect, useRef, useState } from 'react'
import { useForm } from '#app/ui/form-context.ts'
import { Notice } from '#app/ui/notice.tsx'
import { useBrowserWords } from '#app/ui/page-root.tsx'
import {
  type Draft,
  type DraftOwner,
  differs,
  fillIn,
  findDraft,
  forgetDraft,
  keepDrafts,
  markSent,
  noteSaved,
} from './drafts.ts'
import { clockTime } from './time-words.ts'

/** Inside a kept form: keeps its text when it is sent, and offers what was left unsaved. */
export function DraftOffer({ person, startedAt, timeZone }: DraftOwner & { timeZone: string | null }) {
  const words = useBrowserWords().draft
  const { pending, errors, alert } = useForm()
  const isRefused = !pending && (alert !== null || Object.keys(errors).length > 0)
  const place = useRef<HTMLDivElement>(null)
  const [draft, setDraft] = useState<Draft | null>(null)
  const [isRestored, setRestored] = useState(false)

  useEffect(() => {
    const found = findDraft({ person, startedAt })
    const form = place.current?.closest('form')
    if (form) noteSaved(form)
    if (found !== null && form && differs(form, found)) setDraft(found)
    const keep = () => {
      if (form) markSent(form, true)
      keepDrafts({ person, startedAt })
    }
    form?.addEventListener('submit', keep)
    return () => form?.removeEventListener('submit', keep)
  }, [person, startedAt])

  useEffect(() => {
    const form = place.current?.closest('form')
    if (form) markSent(form, pending)
    if (isRefused) keepDrafts({ person, startedAt })
  }, [pending, isRefused, person, startedAt])

  function restore() {
    const form = place.current?.closest('form')
    if (!form || draft === null) return
    const first = fillIn(form, draft)
    setRestored(true)
    setDraft(null)
    forgetDraft()
    first?.focus()
  }

  function discard() {
    setDraft(null)
    forgetDraft()
    place.current?.closest('form')?.querySelector<HTMLElement>('.input')?.focus()
  }

  return (
    <div ref={place} className="empty:hidden">
      {draft !== null && (
        <Notice kind="warn">
          <span>
            {(draft.startedAt === startedAt ? words.left : words.kept).replace(
              '{time}',
              clockTime(draft.savedAt, timeZone),
            )}
          </span>
          <span className="mt-3 flex flex-wrap gap-3">
            <button type="button" className="button" onClick={restore}>
              {words.restore}
            </button>
            <button type="button" className="button" onClick={discard}>
              {words.discard}
            </button>
          </span>
        </Notice>
      )}
      {isRestored && <Notice kind="good">{words.restored}</Notice>}
    </div>
  )
}
