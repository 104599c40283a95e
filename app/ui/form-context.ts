// How the pieces of a form learn what came back for them.
import { createContext, useContext } from 'react'
import { type FormState, untouchedForm } from '#lib/web/form-state.ts'

export interface FormContextValue extends FormState {
  /** The form is on its way and the answer is not here yet. */
  pending: boolean
}

export const FormContext = createContext<FormContextValue>({ ...untouchedForm, pending: false })

export function useForm(): FormContextValue {
  return useContext(FormContext)
}

/** What a control needs to be tied to its label, hint and error. */
export function useField(name: string, hasHint: boolean) {
  const { errors, values } = useForm()
  const error = errors[name]
  const describedBy = [error !== undefined && errorId(name), hasHint && hintId(name)].filter(Boolean).join(' ')
  return {
    error,
    /** What the person typed before the form came back, if it did. */
    typed: values[name],
    control: {
      id: name,
      name,
      'aria-invalid': error === undefined ? undefined : true,
      'aria-describedby': describedBy || undefined,
    },
  }
}

export const hintId = (name: string) => `${name}-hint`
export const errorId = (name: string) => `${name}-error`
