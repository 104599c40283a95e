'use client'

// Keeps typed text when React replaces the form's elements: when the document differs from the server's (a translation
// or password manager changed it before hydration), or when an error boundary removes them.
import { type RefObject, useLayoutEffect, useState } from 'react'

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

/** Controls keep their values after removal from the document. */
interface Earlier {
  controls: Control[]
  focused: Element | null
}

let isHydrated = false
/** Controls of the forms that the current commit removed. */
let removed: Control[] = []
/** Controls of the forms that an error page replaced. */
let kept: Control[] = []

/** After hydration, a new form belongs to a new page and starts empty. */
export function endHydration(): void {
  isHydrated = true
}

/** Fills a new form with the typed values of the elements that it replaces. */
export function useTypedValues(form: RefObject<HTMLFormElement | null>): void {
  // Read during rendering: at the commit, the server's elements are gone.
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

/** On an error page: keeps the typed values of the replaced forms while the page is shown. */
export function useKeptValues(): void {
  useLayoutEffect(() => {
    kept = removed
    return () => {
      // The replacing form mounts in the same commit.
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
  if (isCheckbox(from) && isCheckbox(to)) to.checked = from.checked
  if (!isFocused) return
  to.focus({ preventScroll: true })
  if (from instanceof HTMLSelectElement || to instanceof HTMLSelectElement || isCheckbox(to)) return
  if (from.selectionStart !== null) to.setSelectionRange(from.selectionStart, from.selectionEnd)
}

function isCheckbox(control: Control): control is HTMLInputElement {
  return control.type === 'checkbox'
}

/** Whether a text or choice differs from what the page came with. */
export function isChanged(control: Control): boolean {
  if (!(control instanceof HTMLSelectElement)) return control.value !== control.defaultValue
  return [...control.options].some(({ selected, defaultSelected }) => selected !== defaultSelected)
}
