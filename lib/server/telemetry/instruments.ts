// The site's metrics as OpenTelemetry instruments. Attributes have few values: no ids, no IP addresses, only the site's
// own paths (docs/logs.md lists them).
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Meter } from '@opentelemetry/api'
import type { PasswordHasher } from '../../core/crypto/password.ts'
import type { Metrics } from '../../core/metrics.ts'

/** OpenTelemetry's semantic conventions for http.server.request.duration, in seconds. */
const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
/** A hash takes about 20 ms, and several times that under load. */
const hashSeconds = [0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.25, 0.5, 1, 2.5]
/** Sampling interval. The histogram records the time between samples, so this much of it is no delay. */
const lookEveryMs = 20

export interface Instruments extends Metrics {
  /** Stops sampling the event loop. */
  close(): void
}

export function createInstruments(meter: Meter, passwords: Pick<PasswordHasher, 'waiting'>): Instruments {
  const events = meter.createCounter('gatehouse.security.events', {
    unit: '{event}',
    description: 'Entries of the audit trail and refusals',
  })
  const requests = meter.createHistogram('http.server.request.duration', {
    unit: 's',
    description: 'From the headers of a request to the end of its answer',
    advice: { explicitBucketBoundaries: requestSeconds },
  })
  const hashes = meter.createHistogram('gatehouse.password.hash.duration', {
    unit: 's',
    description: 'Making or verifying one password hash, without waiting for its turn',
    advice: { explicitBucketBoundaries: hashSeconds },
  })
  meter
    .createObservableGauge('gatehouse.password.hash.waiting', {
      unit: '{hash}',
      description: 'Password hashes that wait for their turn',
    })
    .addCallback((result) => result.observe(passwords.waiting()))
  const loop = observeEventLoop(meter)

  return {
    securityEvent: (event, outcome) => events.add(1, { event, outcome }),
    answered({ method, route, status, ms }) {
      requests.record(ms / 1000, {
        'http.request.method': method,
        'http.route': route,
        'http.response.status_code': status,
        'url.scheme': 'http',
      })
    },
    hashed: (ms) => hashes.record(ms / 1000),
    close: () => loop.disable(),
  }
}

/** Reports timer delays since the last collection. */
function observeEventLoop(meter: Meter): { disable(): void } {
  const delay = monitorEventLoopDelay({ resolution: lookEveryMs })
  delay.enable()
  const gauge = (name: string, description: string) =>
    meter.createObservableGauge(`nodejs.eventloop.delay.${name}`, { unit: 's', description })
  const [p50, p99, max] = [
    gauge('p50', 'Delay of the event loop: half of the time at most this'),
    gauge('p99', 'Delay of the event loop: 99% of the time at most this'),
    gauge('max', 'Delay of the event loop: the longest'),
  ]
  const late = (nanoseconds: number) => Math.max(nanoseconds / 1e6 - lookEveryMs, 0) / 1000
  meter.addBatchObservableCallback(
    (result) => {
      if (delay.count === 0) return
      result.observe(p50, late(delay.percentile(50)))
      result.observe(p99, late(delay.percentile(99)))
      result.observe(max, late(delay.max))
      delay.reset()
    },
    [p50, p99, max],
  )
  return delay
}
