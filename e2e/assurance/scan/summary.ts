// The table at the end of a scan.
import type { Report } from './finding.ts'

export function asMarkdown(reports: Report[], explained: ReadonlySet<string>, took: string): string {
  const rows = reports.map(({ tool, lookedAt, requests, figures, findings }) => {
    const known = findings.filter(({ name }) => explained.has(name)).length
    const found =
      findings.length === known ? `${known} explained` : `${findings.length - known} open, ${known} explained`
    return [tool, lookedAt, String(requests), figures, findings.length === 0 ? 'none' : found]
  })
  const table = [
    ['tool', 'looked at', 'requests', 'answers or figures', 'findings'],
    ['---', '---', '---:', '---', '---'],
    ...rows,
  ]
  const total = reports.reduce((sum, { requests }) => sum + requests, 0)
  return `${table.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n\n${total.toLocaleString('en')} requests in ${took}.`
}
