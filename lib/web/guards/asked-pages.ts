// The pages that ask for a recent re-authentication, as the question and its Cancel link see them.

interface AskedPage {
  /** The key of the page's title in the message catalogue. */
  title: AskedTitle
  /** The nearest page that does not ask, so that Cancel does not lead back to the question. */
  before: string
}

type AskedTitle =
  | 'account_delete.title'
  | 'account.export'
  | 'email_change.title'
  | 'passkeys.title'
  | 'password_change.title'
  | 'two_factor.title'
  | 'username_change.title'
  | 'nav.admin'

const askedPages: readonly (AskedPage & { path: string })[] = [
  { path: '/security/delete', title: 'account_delete.title', before: '/account' },
  { path: '/security/username', title: 'username_change.title', before: '/account' },
  { path: '/account?export=ready', title: 'account.export', before: '/account' },
  { path: '/security/email', title: 'email_change.title', before: '/security' },
  { path: '/security/passkeys', title: 'passkeys.title', before: '/security' },
  { path: '/security/password', title: 'password_change.title', before: '/security' },
  { path: '/security/two-factor', title: 'two_factor.title', before: '/security' },
  { path: '/admin', title: 'nav.admin', before: '/' },
]

/** Null for a page that does not ask. A test compares the list with the pages. */
export function findAskedPage(path: string): AskedPage | null {
  return (
    askedPages.find(
      (page) => path === page.path || path.startsWith(`${page.path}/`) || path.startsWith(`${page.path}?`),
    ) ?? null
  )
}
