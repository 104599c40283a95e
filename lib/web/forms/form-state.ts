// The result of a form's server action. It is sent to the browser, so it must not contain a secret.

export interface FormState {
  /** The typed values by field name, without passwords. */
  values: Record<string, string>
  /** Error sentences by field name. */
  errors: Record<string, string>
  /** A sentence about the whole form, or null. */
  alert: string | null
}

export const untouchedForm: FormState = { values: {}, errors: {}, alert: null }

/** A server action as React's useActionState calls it. The previous state comes from the browser: never trust it. */
export type FormAction = (previous: FormState, form: FormData) => Promise<FormState>
