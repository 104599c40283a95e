// OpenTelemetry: exports Next's spans and the site's metrics by OTLP over HTTP. Loaded only when the standard variables
// name a collector (lib/server/start.ts).
//
// A slow or unreachable collector cannot slow requests down: exports run on timers, at most 2,048 spans wait, and the
// rest is dropped.
import { context, diag, metrics, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import {
  detectResources,
  type Resource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { seconds } from '../../core/clock.ts'
import type { PasswordHasher } from '../../core/crypto/password.ts'
import type { Log } from '../../core/log/log.ts'
import { createLogRateLimit } from '../../core/log/log-rate-limit.ts'
import { listenToMetrics } from '../../core/metrics.ts'
import { createInstruments } from './instruments.ts'
import { withoutPrivateData, withRequestId } from './span-privacy.ts'

/** An unresponsive collector must not delay the end of the process. */
const flushWithinMs = seconds(3)

export interface Telemetry {
  /** Sends what is queued, for at most three seconds. Never rejects. */
  close(): Promise<void>
}

/** The packages read the endpoint, timing and resource from the OTEL_ variables. */
export function openTelemetry({ passwords, log }: { passwords: PasswordHasher; log: Log }): Telemetry {
  reportErrors(log)
  const resource = describeService()
  const spans = new BatchSpanProcessor({ exporter: withoutPrivateData(new OTLPTraceExporter()) })
  const tracing = new TracerProvider({ resource, spanProcessors: [withRequestId(spans)] })
  // No propagator: a traceparent header comes from a stranger, who must not decide what is traced.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(tracing)

  const reader = new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter() })
  const measuring = new MeterProvider({ resource, readers: [reader] })
  metrics.setGlobalMeterProvider(measuring)
  const instruments = createInstruments(measuring.getMeter('gatehouse'), passwords)
  listenToMetrics(instruments)

  return {
    async close() {
      let late: NodeJS.Timeout | undefined
      const flushed = Promise.allSettled([tracing.shutdown(), measuring.shutdown()])
      await Promise.race([flushed, new Promise((resolve) => (late = setTimeout(resolve, flushWithinMs)))])
      clearTimeout(late)
      listenToMetrics(undefined)
      instruments.close()
    },
  }
}

/** `gatehouse`, unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES say otherwise. */
function describeService(): Resource {
  const said = detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] })
  return resourceFromAttributes({ 'service.name': 'gatehouse' }).merge(said)
}

/** Limits the lines, since a failing collector fails at every export. Drops warnings: some contain header values. */
function reportErrors(log: Log): void {
  const budget = createLogRateLimit((of, leftOut) => {
    log.warn({ event: 'lines_left_out', of, leftOut }, 'Lines were left out')
  })
  const silent = () => {}
  diag.setLogger({
    error(error) {
      if (!budget.take('telemetry_lost')) return
      log.warn({ event: 'telemetry_lost', fault: messageIn(error) }, 'OTLP export failed')
    },
    warn: silent,
    info: silent,
    debug: silent,
    verbose: silent,
  })
}

/** The packages report errors as JSON. */
function messageIn(error: string): string {
  const [, message] = /"message":("(?:[^"\\]|\\.)*")/.exec(error) ?? []
  return message === undefined ? error : String(JSON.parse(message))
}
