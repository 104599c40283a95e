// What a form's server action hands back to its page. It crosses to the browser, so it never holds a secret.

export interface FormState {
  /** What the person typed, by field name, without passwords. */
  values: Record<string, string>
  /** Sentences to show beside the fields, by field name. */
  errors: Record<string, string>
  /** A sentence about the whole form, or null. */
  alert: string | null
}

export const untouchedForm: FormState = { values: {}, errors: {}, alert: null }

/** A server action as React's useActionState calls it. The previous state comes from the browser: never trust it. */
export type FormAction = (previous: FormState, form: FormData) => Promise<FormState>
