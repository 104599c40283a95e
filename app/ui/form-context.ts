// Passes a form's state to its fields.
import { createContext, useContext } from 'react'
import { type FormState, untouchedForm } from '#lib/web/forms/form-state.ts'

export interface FormContextValue extends FormState {
  /** Posted and waiting for the response. */
  pending: boolean
}

export const FormContext = createContext<FormContextValue>({ ...untouchedForm, pending: false })

export function useForm(): FormContextValue {
  return useContext(FormContext)
}

/** The attributes that tie a control to its label, hint and error. */
export function useField(name: string, hasHint: boolean) {
  const { errors, values } = useForm()
  const error = errors[name]
  const describedBy = [error !== undefined && errorId(name), hasHint && hintId(name)].filter(Boolean).join(' ')
  return {
    error,
    /** The typed value from before the form returned, if any. */
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
