// A scanner's finding. It has the same text in every run, so that docs/scan.md can name it.
export interface Finding {
  /** Without ports, ids, nonces or times. */
  name: string
  /** Where, and what exactly, for an investigation. */
  detail: string
}

export interface Report {
  tool: string
  lookedAt: string
  requests: number
  /** Measurements, or the count of each answer. */
  figures: string
  findings: Finding[]
}

/** Removes duplicate names and joins their details. */
export function merge(findings: Finding[]): Finding[] {
  const details = new Map<string, Set<string>>()
  for (const { name, detail } of findings) details.set(name, (details.get(name) ?? new Set()).add(detail))
  return [...details].map(([name, where]) => ({ name, detail: [...where].join('; ') }))
}

/** A path as findings name it, without ids and build names. */
export function plainPath(path: string): string {
  return path
    .replace(/[?#].*$/s, '')
    .replace(/^\/_next\/static\/.*/, '/_next/static/…')
    .replace(/\/[0-9a-f]{32}(?=\/|$)/g, '/…')
}
