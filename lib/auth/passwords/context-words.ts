// The words that an attacker tries first for one user of this site (NIST SP 800-63B-4, 3.1.1.2: "context-specific
// words"). docs/passwords.md lists them.

export interface PasswordOwner {
  /** As typed, or canonical; empty while it is unknown. */
  username: string
  email: string | null
}

/** The product, its roles and common words of log-in pages. */
export const ownWords = [
  ...['gatehouse', 'administrator', 'admin', 'member', 'guest', 'root'],
  ...['username', 'user', 'password', 'account', 'profile', 'login', 'signup', 'security', 'welcome', 'changeme'],
]

/** Shorter words occur inside too many others. */
const leastLength = 3

/** Eight digits are 10^8 guesses. Above that, zxcvbn calls a password safe and decides alone. */
const mostDecoration = 8

/**
 * In lower case, the user's own first: username, both halves of the email address and the site's host name, each whole
 * and split into runs of letters, then the words of this site.
 */
export function contextWords({ username, email }: PasswordOwner, appOrigin: string): string[] {
  const names = [username, ...(email?.split('@') ?? []), new URL(appOrigin).hostname]
  const parts = names.flatMap((name) => [name, ...name.split(/\P{L}+/u)])
  const words = [...parts, ...ownWords].map((word) => word.normalize('NFC').toLowerCase())
  return [...new Set(words)].filter((word) => word.length >= leastLength && /\p{L}/u.test(word))
}

/** Whether only a few digits and signs remain once these words and separators are removed. */
export function isOnlyContext(password: string, words: readonly string[]): boolean {
  const longestFirst = words.toSorted((one, other) => other.length - one.length)
  const text = password.normalize('NFC').toLowerCase()
  const rest = text.replace(new RegExp(longestFirst.map(RegExp.escape).join('|'), 'gu'), '')
  if (rest === text || /\p{L}/u.test(rest)) return false
  return [...rest.replace(/[\s._-]/g, '')].length <= mostDecoration
}
