// Older versions have published attacks on middleware or on React's decoder. The latest fixed ones are CVE-2026-119347
// (next) and GHSA-673q-mjm6-r5xr (react, react-dom).

export const versionFloor = { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' } as const

/** Whether `version` is at least `least`, both as 1.2.3. */
export function isAtLeast(version: string, least: string): boolean {
  return least.localeCompare(version, 'en', { numeric: true }) <= 0
}
