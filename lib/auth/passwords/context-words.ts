// The words that anybody would try first for one person of this site: names that an attacker knows already (NIST SP
// 800-63B-4, 3.1.1.2: "context-specific words"). docs/passwords.md lists them.

export interface PasswordOwner {
  /** As typed, or canonical. */
  username: string
  email: string | null
}

/** The product, its roles, and what log-in pages speak of. */
export const ownWords = [
  ...['gatehouse', 'administrator', 'admin', 'member', 'guest', 'root'],
  ...['username', 'user', 'password', 'account', 'profile', 'login', 'signup', 'security', 'welcome', 'changeme'],
]

/** Shorter ones stand inside too many other words. */
const leastLength = 3

/** Eight digits are 10^8 guesses: with more than that zxcvbn begins to call a password safe, and decides alone. */
const mostDecoration = 8

/**
 * In lower case, the person's own first: username, both halves of the address and the site's host name, each whole and
 * each run of letters in it, and the words of this site.
 */
export function contextWords({ username, email }: PasswordOwner, appOrigin: string): string[] {
  const names = [username, ...(email?.split('@') ?? []), new URL(appOrigin).hostname]
  const parts = names.flatMap((name) => [name, ...name.split(/\P{L}+/u)])
  const words = [...parts, ...ownWords].map((word) => word.normalize('NFC').toLowerCase())
  return [...new Set(words)].filter((word) => word.length >= leastLength && /\p{L}/u.test(word))
}

/** Whether nothing is left but a few digits and signs once these words, and what stands between words, are taken out. */
export function isOnlyContext(password: string, words: readonly string[]): boolean {
  const longestFirst = words.toSorted((one, other) => other.length - one.length)
  const text = password.normalize('NFC').toLowerCase()
  const rest = text.replace(new RegExp(longestFirst.map(RegExp.escape).join('|'), 'gu'), '')
  if (rest === text || /\p{L}/u.test(rest)) return false
  return [...rest.replace(/[\s._-]/g, '')].length <= mostDecoration
}
