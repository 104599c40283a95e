// The visible list of what anyone may reach. Everything else needs a session: middleware asks this list, and a test
// holds every page, handler and action to it.

/** Pages and handlers that answer without a session. */
export const publicRoutes: readonly string[] = [
  '/login',
  '/signup',
  '/forgot-password',
  '/reset-password', // the mailed token says whose password
  '/not-me', // likewise
  '/setup', // the link that the start prints says who may
  '/logout', // ends whatever session there is; nothing to protect when there is none
  '/healthz',
  '/readyz',
  '/api/session', // answers 401 by itself, as scripts expect, where middleware would redirect
  '/api/session/activity', // likewise
  '/api/password-strength',
  '/icon.svg',
]

/** Server actions that anyone may call, as `file#export`. */
export const publicActions: readonly string[] = [
  'app/(visitor)/login/actions.ts#logIn',
  'app/(visitor)/signup/actions.ts#signUp',
  'app/(visitor)/forgot-password/actions.ts#askForLink',
  'app/(visitor)/reset-password/actions.ts#resetPassword',
  'app/(visitor)/not-me/actions.ts#reportCompromise',
  'app/(visitor)/setup/actions.ts#finishSetup',
  'app/theme/actions.ts#chooseTheme',
]

export function isPublicRoute(pathname: string): boolean {
  return publicRoutes.includes(pathname)
}
