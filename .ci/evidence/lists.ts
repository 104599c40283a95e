// The two lists that need evidence: the requirements of OWASP ASVS, and the threats.
import { readFileSync } from 'node:fs'
import path from 'node:path'

export interface Item {
  id: string
  /** L1 to L3 of ASVS, '-' for what does not apply in a chapter, 'T' for a threat. */
  level: string
  text: string
  /** Why no test here proves it, or why it does not apply. Empty when tests do. */
  gap: string
}

/** Fails for a line with a different number of columns and for a repeated id. */
export type Lists = { ok: true; requirements: Item[]; threats: Item[] } | { ok: false; fault: string }

export function readLists(docs: string): Lists {
  const requirements = readRows(path.join(docs, 'asvs-requirements.tsv'), 4)
  const threats = readRows(path.join(docs, 'threats.tsv'), 3)
  const ids = [...requirements.cells, ...threats.cells].map(([id]) => id)
  const twice = ids.find((id, at) => ids.indexOf(id) !== at)
  const fault = requirements.fault ?? threats.fault ?? (twice === undefined ? null : `${twice} is listed twice`)
  if (fault !== null) return { ok: false, fault }
  return {
    ok: true,
    requirements: requirements.cells.map(([id = '', level = '', text = '', gap = '']) => ({ id, level, text, gap })),
    threats: threats.cells.map(([id = '', text = '', gap = '']) => ({ id, level: 'T', text, gap })),
  }
}

/** Skips the first line, which has the column names. */
function readRows(file: string, columns: number): { cells: string[][]; fault: string | null } {
  const [, ...lines] = readFileSync(file, 'utf8').split(/\r?\n/)
  const cells = lines.map((line) => line.split('\t').map((cell) => cell.trim()))
  const wrong = cells.findIndex((row, at) => lines[at] !== '' && row.length !== columns)
  const fault = `line ${wrong + 2} of ${path.basename(file)} has ${cells[wrong]?.length} columns instead of ${columns}`
  return { cells: cells.filter((_, at) => lines[at] !== ''), fault: wrong === -1 ? null : fault }
}
