// The scanned site: the real built server behind a proxy, on loopback, with a separate folder and store.
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
   * General problems: answers of 500 and above since the last reset, errors in the server's log, and an attack that was
   * mostly rejected before it reached the form, which proves nothing.
   */
  faults(): Finding[]
}

/** Returned before any field of a form is read. */
const unread = [400, 403, 411, 413, 415]

export interface SiteOptions {
  store?: 'sqlite' | 'postgres'
  /** Whether rate limits are on: scanners use one address and send far more requests than users. */
  limits?: boolean
  /** A trusted proxy may open more than a hundred connections. */
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

/** An error's line without the parts of one request. */
function nameOf(line: string): string {
  return /"event":"(\w+)"/.exec(line)?.[1] ?? line.trim().slice(0, 80)
}
