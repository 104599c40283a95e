// Fields of posted forms that are not the user's text.

/** Identifies the form's author (FormDrafts.tagFor) if the session has ended by the time the form arrives. */
export const formTag = 'formTag'

/** Ties a signed-in user's form to the log-in (form-token.ts). */
export const formTokenField = 'formToken'

/** Identifies the mailed secret that the form's page showed (mailed-secret.ts). */
export const shownSecretField = 'shown'

/** Values of these fields are never sent back to a browser and never stored. */
export function isSecretField(name: string): boolean {
  return /password|code|token|response/i.test(name)
}

/** React's own fields in a form posted without JavaScript. */
export function isFrameworkField(name: string): boolean {
  return name.startsWith('$ACTION')
}
