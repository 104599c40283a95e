// Reading the tables of docs/security and the sources that they are compared with.
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')

export function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8')
}

/** Files that make the product, from the top of the tree: no tests and what only they use. */
export function sources(...patterns: string[]): string[] {
  return globSync(patterns.length > 0 ? patterns : ['{app,lib}/**/*.{ts,tsx}', '*.ts'], {
    cwd: root,
    exclude: ['**/*.test.ts', '**/*-for-test.ts', 'lib/stores/contract.ts', 'lib/stores/contract/**', '*.config.ts'],
  })
    .map((file) => file.replaceAll(path.sep, '/'))
    .toSorted()
}

/** The first table below the heading, without its head: the cells of each row, backticks taken off. Throws for none. */
export function tableUnder(heading: string, document: string): string[][] {
  const text = read(document)
  const start = text.search(new RegExp(`^#+ ${RegExp.escape(heading)}$`, 'm'))
  if (start === -1) throw new Error(`${document} has no heading '${heading}'.`)
  return tableAfter(text.slice(start), `'${heading}' of ${document}`)
}

/** The same for the table whose head begins with this cell. */
export function tableWithHead(cell: string, document: string): string[][] {
  const text = read(document)
  const start = text.indexOf(`\n| ${cell} |`)
  if (start === -1) throw new Error(`${document} has no table that begins with '${cell}'.`)
  return tableAfter(text.slice(start), `'${cell}' of ${document}`)
}

function tableAfter(text: string, where: string): string[][] {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => /^\|( -+ \|)+$/.test(line))
  if (start === -1) throw new Error(`There is no table under ${where}.`)
  const end = lines.findIndex((line, at) => at > start && !line.startsWith('|'))
  return lines.slice(start + 1, end === -1 ? undefined : end).map(cellsOf)
}

function cellsOf(line: string): string[] {
  return line
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1'))
}
