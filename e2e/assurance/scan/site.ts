// The site that is scanned: the real built server behind a proxy, on loopback alone, with a folder and a store of its own.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startServer, type TestServer } from '#e2e/support/server.ts'
import { makeStore } from '#e2e/support/test-store.ts'
import type { Finding } from './finding.ts'
import { type Certificate, openRecordingProxy, type RecordingProxy } from './recording-proxy.ts'

export interface Site {
  server: TestServer
  proxy: RecordingProxy
  /**
   * What went wrong by itself: answers of 500 and above since the proxy was reset, errors in the server's log; and an
   * attack that was mostly turned away at the door, which says nothing of what is behind it.
   */
  faults(): Finding[]
}

/** Given before anything of a form is looked at. */
const unread = [400, 403, 411, 413, 415]

export interface SiteOptions {
  store?: 'sqlite' | 'postgres'
  /** Whether anything is throttled: scanners come from one address, and far more often than people do. */
  limits?: boolean
  /** Behind a proxy, one address may have more than a hundred connections. */
  proxied?: boolean
  certificate?: Certificate
}

export async function withSite<Result>(
  { store = 'sqlite', limits = false, proxied = false, certificate }: SiteOptions,
  work: (site: Site) => Promise<Result>,
): Promise<Result> {
  const proxy = await openRecordingProxy(certificate)
  const dataDir = await mkdtemp(path.join(tmpdir(), 'gatehouse-scan-'))
  const records = await makeStore(store, dataDir)
  const env = {
    HOST: '127.0.0.1',
    APP_URL: proxy.origin,
    LIMITS: limits ? 'on' : 'off',
    TRUST_PROXY_HOPS: proxied ? '1' : '0',
  }
  const server = await startServer({ env, dataDir, store: records, realTime: true })
  try {
    proxy.sendTo(server.address)
    const faults = () => [
      ...proxy.failures(),
      ...turnedAway(proxy),
      ...server.faults().map((line) => ({ name: `log: ${nameOf(line)}`, detail: line.slice(0, 500) })),
    ]
    return await work({ server, proxy, faults })
  } finally {
    await server.dispose()
    await proxy.close()
    await records.remove()
    await rm(dataDir, { recursive: true, force: true })
  }
}

function turnedAway(proxy: RecordingProxy): Finding[] {
  const count = unread.reduce((sum, status) => sum + proxy.count(status), 0)
  if (count <= proxy.requests() / 2) return []
  return [{ name: 'scan: mostly turned away unread', detail: proxy.answers() }]
}

/** An error's line without what belongs to one request. */
function nameOf(line: string): string {
  return /"event":"(\w+)"/.exec(line)?.[1] ?? line.trim().slice(0, 80)
}
