// Runs ffuf: replaces FUZZ by every word of a list.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileFor, outputFolder, runTool } from './tools.ts'

const mostSeconds = 120

export interface Hit {
  input: { FUZZ: string }
  status: number
  redirectlocation: string
}

/** The answers that match the options. Throws when it did not run. */
export async function runFfuf(label: string, words: string[], options: string[]): Promise<Hit[]> {
  const report = path.join(outputFolder, `${label}.json`)
  const list = fileFor(`${label}.words`, `${words.join('\n')}\n`)
  const args = ['-w', list, '-o', report, '-of', 'json', '-s', '-maxtime', String(mostSeconds), ...options]
  const { code, output } = await runTool(label, 'ffuf', args, { withinMs: (mostSeconds + 20) * 1000 })
  if (code !== 0) throw new Error(`ffuf ended with ${code}: ${output.slice(-500)}`)
  return (JSON.parse(readFileSync(report, 'utf8')) as { results: Hit[] }).results
}
