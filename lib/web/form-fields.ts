// Which fields of a posted form are not a person's words.

/** Says whose form it is (FormDrafts.tagFor), for when the session is over by the time it arrives. */
export const formTag = 'formTag'

/** Ties every form of somebody who is signed in to their log-in (form-token.ts). */
export const formTokenField = 'formToken'

/** Says which mailed secret the form's page showed (mailed-secret.ts). */
export const shownSecretField = 'shown'

/** Their text never goes back to a browser and is never kept. */
export function isSecretField(name: string): boolean {
  return /password|code|token/i.test(name)
}

/** React's own, in a form that was posted without JavaScript. */
export function isFrameworkField(name: string): boolean {
  return name.startsWith('$ACTION')
}
