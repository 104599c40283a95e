// What a browser said of itself, read for people who look through their sessions. It may say anything: for show only.
import Bowser from 'bowser'

export interface Device {
  /** Null when it is none of the known ones. */
  browser: string | null
  system: string | null
  kind: 'laptop' | 'phone' | 'tablet' | 'unknown'
}

/** Browsers send half of this; the library runs hundreds of patterns over it. */
const longest = 400

const unknown: Device = { browser: null, system: null, kind: 'unknown' }

const kinds: Record<string, Device['kind']> = { desktop: 'laptop', mobile: 'phone', tablet: 'tablet' }
const browsers = new Set(Object.values(Bowser.BROWSER_MAP))
const systems = new Set(Object.values(Bowser.OS_MAP))

/** Only names that the library itself has: what it guesses from an unknown text are the client's own words. */
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
