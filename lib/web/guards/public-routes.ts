// Everything that works without a session. Middleware uses the list, and a test compares it with every page, handler
// and action.

/** Pages and handlers that answer without a session. */
export const publicRoutes: readonly string[] = [
  '/login',
  '/login/two-factor', // the sealed step after the password identifies the user
  '/signup',
  '/forgot-password',
  '/reset-password', // the mailed token identifies the user
  '/not-me', // likewise
  '/keep-second-factor', // likewise
  '/setup', // the printed link authorises it
  '/logout', // ends any session; nothing to protect without one
  '/healthz',
  '/readyz',
  '/api/session', // answers 401 itself, as scripts expect; middleware would redirect
  '/api/session/activity', // likewise
  '/api/password-strength',
  '/api/username',
  '/api/passkeys/automatic', // answers 401 itself
  '/api/passkeys/options', // asks for the session itself where one is needed
  '/icon.svg',
]

/** Server actions that anyone may call, as `file#export`. */
export const publicActions: readonly string[] = [
  'app/(visitor)/login/actions.ts#logIn',
  'app/(visitor)/login/actions.ts#logInWithPasskey',
  'app/(visitor)/login/two-factor/actions.ts#logInWithCode',
  'app/(visitor)/signup/actions.ts#signUp',
  'app/(visitor)/signup/actions.ts#signUpWithPasskey',
  'app/(visitor)/forgot-password/actions.ts#askForLink',
  'app/(visitor)/reset-password/actions.ts#resetPassword',
  'app/(visitor)/not-me/actions.ts#reportCompromise',
  'app/(visitor)/keep-second-factor/actions.ts#keepSecondFactor',
  'app/(visitor)/setup/actions.ts#finishSetup',
  'app/theme/actions.ts#chooseTheme',
]

export function isPublicRoute(pathname: string): boolean {
  return publicRoutes.includes(pathname)
}
