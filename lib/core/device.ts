// Reads a User-Agent for the list of sessions. For display only: a client can send anything.
import Bowser from 'bowser'

export interface Device {
  /** Null for an unknown one. */
  browser: string | null
  system: string | null
  kind: 'laptop' | 'phone' | 'tablet' | 'unknown'
}

/** Browsers send half of this. The bound matters because the library runs hundreds of patterns over the text. */
const longest = 400

const unknown: Device = { browser: null, system: null, kind: 'unknown' }

const kinds: Record<string, Device['kind']> = { desktop: 'laptop', mobile: 'phone', tablet: 'tablet' }
const browsers = new Set(Object.values(Bowser.BROWSER_MAP))
const systems = new Set(Object.values(Bowser.OS_MAP))

/** Accepts only names that the library knows. For unknown text it returns parts of what the client sent. */
export function parseDevice(userAgent: string): Device {
  if (userAgent === '') return unknown
  const { browser, os, platform } = Bowser.parse(userAgent.slice(0, longest))
  return {
    browser: knownName(browser.name, browsers),
    system: knownName(os.name, systems),
    kind: kinds[platform.type ?? ''] ?? 'unknown',
  }
}

function knownName(name: string | undefined, known: ReadonlySet<string>): string | null {
  return name !== undefined && known.has(name) ? name : null
}
