'use client'

// What was typed into a form survives the form's elements. React replaces all of them when the document differs from what the
// server sent (a translation or a password manager changed it before hydration), and an error boundary removes them.
import { type RefObject, useEffect, useLayoutEffect, useState } from 'react'

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

/** A control keeps its value after it left the document. */
interface Earlier {
  controls: Control[]
  focused: Element | null
}

let isHydrated = false
/** Controls of the forms that the current commit removed. */
let removed: Control[] = []
/** Controls of the forms that an error page replaced. */
let kept: Control[] = []

/** In the root layout: from here on, a new form belongs to a new page and starts empty. */
export function EndOfHydration() {
  useEffect(() => {
    isHydrated = true
  }, [])
  return null
}

/** Fills a form, when it appears, with what was typed into the elements that it replaces. */
export function useTypedValues(form: RefObject<HTMLFormElement | null>): void {
  // Read while rendering: at the commit, the server's elements are gone.
  const [earlier] = useState(findEarlier)

  useLayoutEffect(() => {
    const element = form.current
    if (element === null) return
    for (const control of [...earlier.controls, ...kept]) {
      if (!control.isConnected) putBack(element, control, control === earlier.focused)
    }
    return () => {
      removed.push(...controlsOf(element))
      queueMicrotask(() => {
        removed = []
      })
    }
  }, [form, earlier])
}

/** For an error page: keeps what was typed into the forms that it replaces, for as long as it is shown. */
export function useKeptValues(): void {
  useLayoutEffect(() => {
    kept = removed
    return () => {
      // The form that takes its place appears in the same commit.
      queueMicrotask(() => {
        kept = []
      })
    }
  }, [])
}

function findEarlier(): Earlier {
  if (isHydrated || typeof document === 'undefined') return { controls: [], focused: null }
  return { controls: [...document.querySelectorAll('form')].flatMap(controlsOf), focused: document.activeElement }
}

function controlsOf(form: HTMLFormElement): Control[] {
  return [...form.elements].filter(
    (element): element is Control =>
      (element instanceof HTMLInputElement && !['hidden', 'submit', 'button', 'file'].includes(element.type)) ||
      element instanceof HTMLTextAreaElement ||
      element instanceof HTMLSelectElement,
  )
}

function putBack(form: HTMLFormElement, from: Control, isFocused: boolean): void {
  const to = controlsOf(form).find(({ id, name }) => id !== '' && id === from.id && name === from.name)
  if (to === undefined) return
  if (isChanged(from)) to.value = from.value
  if (!isFocused) return
  to.focus({ preventScroll: true })
  if (from instanceof HTMLSelectElement || to instanceof HTMLSelectElement) return
  if (from.selectionStart !== null) to.setSelectionRange(from.selectionStart, from.selectionEnd)
}

function isChanged(control: Control): boolean {
  if (!(control instanceof HTMLSelectElement)) return control.value !== control.defaultValue
  return [...control.options].some(({ selected, defaultSelected }) => selected !== defaultSelected)
}
