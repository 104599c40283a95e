// Hands measurements to the telemetry (lib/server/telemetry), if it is on. All bundles of the process share one
// listener.

export interface Metrics {
  securityEvent(event: string, outcome: string): void
  /** One response, timed from the request's headers to the last byte. */
  answered(answer: { method: string; route: string; status: number; ms: number }): void
  /** One hash or verification, without its time in the queue. */
  hashed(ms: number): void
}

const key = Symbol.for('gatehouse.metrics')
const shared = globalThis as typeof globalThis & { [key]?: Metrics | undefined }

/** Undefined while telemetry is off. */
export function metrics(): Metrics | undefined {
  return shared[key]
}

export function listenToMetrics(listener: Metrics | undefined): void {
  shared[key] = listener
}
