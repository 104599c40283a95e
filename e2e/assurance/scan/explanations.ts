// Reads docs/scan.md: why findings are false or accepted, and the summary of the last run.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const file = path.resolve(import.meta.dirname, '../../../docs/scan.md')
const [begin, end] = ['<!-- summary -->', '<!-- end of the summary -->']

/** The findings that the document explains, by name. */
export function readExplanations(): ReadonlySet<string> {
  return explainedIn(readFileSync(file, 'utf8'))
}

/** Table rows that start with a name in backticks and give a reason. */
export function explainedIn(document: string): ReadonlySet<string> {
  const rows = document.matchAll(/^\| `([^`]+)` \| *[^|\s][^|]*\|$/gm)
  return new Set([...rows].map(([, name = '']) => name))
}

export function writeSummary(table: string): void {
  const document = readFileSync(file, 'utf8')
  const [from, to] = [document.indexOf(begin), document.indexOf(end)]
  if (from < 0 || to < from) throw new Error('docs/scan.md has no place for the summary.')
  writeFileSync(file, `${document.slice(0, from + begin.length)}\n\n${table}\n\n${document.slice(to)}`)
}
