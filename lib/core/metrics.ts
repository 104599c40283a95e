// What is measured while the site runs, for whatever code has a figure to tell. Nobody listens unless telemetry is on
// (lib/server/telemetry), and then the listener is one for all bundles of the process.

export interface Metrics {
  securityEvent(event: string, outcome: string): void
  /** One answer: what it took from the request's headers to the last byte. */
  answered(answer: { method: string; route: string; status: number; ms: number }): void
  /** One hash made or verified, without its time in the queue. */
  hashed(ms: number): void
}

const key = Symbol.for('gatehouse.metrics')
const shared = globalThis as typeof globalThis & { [key]?: Metrics | undefined }

/** Undefined while nobody listens. */
export function metrics(): Metrics | undefined {
  return shared[key]
}

export function listenToMetrics(listener: Metrics | undefined): void {
  shared[key] = listener
}
