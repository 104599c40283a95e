// What a scanner brings back. A finding has the same words in every run, so that docs/scan.md can name it.
export interface Finding {
  /** Without ports, ids, nonces or times. */
  name: string
  /** Where, and what exactly: for whoever looks into it. */
  detail: string
}

export interface Report {
  tool: string
  lookedAt: string
  requests: number
  /** What was measured, or how often each answer was given. */
  figures: string
  findings: Finding[]
}

/** One of each name; where it was found more than once, the details are joined. */
export function merge(findings: Finding[]): Finding[] {
  const details = new Map<string, Set<string>>()
  for (const { name, detail } of findings) details.set(name, (details.get(name) ?? new Set()).add(detail))
  return [...details].map(([name, where]) => ({ name, detail: [...where].join('; ') }))
}

/** A path in the words of a finding: ids and build names are no part of it. */
export function plainPath(path: string): string {
  return path
    .replace(/[?#].*$/s, '')
    .replace(/^\/_next\/static\/.*/, '/_next/static/…')
    .replace(/\/[0-9a-f]{32}(?=\/|$)/g, '/…')
}
