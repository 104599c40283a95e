'use client'

import { type ReactNode, useEffect, useRef } from 'react'
import { isChanged } from '#app/ui/typed-values.tsx'

const focusKey = 'filter-focus'
/** Somebody who goes through the options with the arrow keys, or types a date digit by digit, is not interrupted. */
const pauseMs = { date: 900, other: 350 }

/** A GET form that submits itself after a change. The next page puts the focus back where it was. */
export function ApplyOnChange({ path, children }: { path: string; children: ReactNode }) {
  const ref = useRef<HTMLFormElement>(null)

  useEffect(() => {
    const form = ref.current
    if (form === null) return
    const left = sessionStorage.getItem(focusKey)
    sessionStorage.removeItem(focusKey)
    if (left) form.querySelector<HTMLElement>(`#${CSS.escape(left)}`)?.focus({ preventScroll: true })

    let timer: ReturnType<typeof setTimeout> | undefined
    const apply = ({ target }: Pick<Event, 'target'>) => {
      const isDate = target instanceof HTMLInputElement && target.type === 'date'
      clearTimeout(timer)
      // "0002-01-11" is a year that is still being typed.
      if (isDate && target.value.startsWith('0')) return
      timer = setTimeout(() => form.requestSubmit(), isDate ? pauseMs.date : pauseMs.other)
    }
    const submit = () => {
      clearTimeout(timer)
      const { activeElement } = document
      if (activeElement && form.contains(activeElement)) sessionStorage.setItem(focusKey, activeElement.id)
    }
    /** Keeps empty filters out of the URL. */
    const omitEmpty = ({ formData }: FormDataEvent) => {
      for (const [name, value] of [...formData]) if (value === '') formData.delete(name)
    }
    form.addEventListener('change', apply)
    form.addEventListener('submit', submit)
    form.addEventListener('formdata', omitEmpty)
    const early = chosenEarly(form)
    if (early !== undefined) apply({ target: early })
    return () => {
      clearTimeout(timer)
      form.removeEventListener('change', apply)
      form.removeEventListener('submit', submit)
      form.removeEventListener('formdata', omitEmpty)
    }
  }, [])

  return (
    <form ref={ref} method="get" action={path} className="filters">
      {children}
    </form>
  )
}

/** What changed before the script came. Not when the browser goes back, where it may have restored what was chosen then. */
function chosenEarly(form: HTMLFormElement): Element | undefined {
  const [visit] = performance.getEntriesByType('navigation')
  if (!(visit instanceof PerformanceNavigationTiming) || visit.type !== 'navigate') return
  const asked = new URLSearchParams(location.search)
  return [...form.querySelectorAll<HTMLSelectElement | HTMLInputElement>('select, [type="date"]')].find(
    (control) => isChanged(control) && control.value !== (asked.get(control.name) ?? ''),
  )
}
