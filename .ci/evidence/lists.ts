// The two lists that evidence is asked for: the requirements of OWASP ASVS, and the threats.
import { readFileSync } from 'node:fs'
import path from 'node:path'

export interface Item {
  id: string
  /** L1 to L3 of ASVS, '-' for what a chapter has that does not apply, 'T' for a threat. */
  level: string
  text: string
  /** Why no test here proves it, or why it does not apply. Empty where tests do. */
  gap: string
}

/** Throws on a line with another number of columns, and on an id that comes twice. */
export function readLists(docs: string): { requirements: Item[]; threats: Item[] } {
  const requirements = readRows(path.join(docs, 'asvs-requirements.tsv'), 4).map(
    ([id = '', level = '', text = '', gap = '']) => ({ id, level, text, gap }),
  )
  const threats = readRows(path.join(docs, 'threats.tsv'), 3).map(([id = '', text = '', gap = '']) => ({
    id,
    level: 'T',
    text,
    gap,
  }))
  const ids = [...requirements, ...threats].map(({ id }) => id)
  const twice = ids.find((id, at) => ids.indexOf(id) !== at)
  if (twice !== undefined) throw new Error(`${twice} is listed twice.`)
  return { requirements, threats }
}

/** Without the first line, which names the columns. */
function readRows(file: string, columns: number): string[][] {
  const [, ...lines] = readFileSync(file, 'utf8').split(/\r?\n/)
  return lines.flatMap((line, at) => {
    if (line === '') return []
    const cells = line.split('\t').map((cell) => cell.trim())
    if (cells.length === columns) return [cells]
    throw new Error(`${path.basename(file)}, line ${at + 2}: ${cells.length} columns instead of ${columns}.`)
  })
}
