// OpenTelemetry: Next's spans and the site's figures to a collector, by OTLP over HTTP. Loaded only when the standard
// variables name a collector (lib/server/start.ts); without them none of its packages is.
//
// A collector that is slow or away costs nobody anything: spans and figures leave on timers, at most 2,048 spans wait,
// and what does not fit is dropped.
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

/** A collector that does not answer must not hold up the end of the process. */
const flushWithinMs = seconds(3)

export interface Telemetry {
  /** Sends what waits, and gives up on it after three seconds. Never rejects. */
  close(): Promise<void>
}

/** Where to, for how long and as whom, the packages read from the OTEL_ variables by themselves. */
export function openTelemetry({ passwords, log }: { passwords: PasswordHasher; log: Log }): Telemetry {
  reportFaults(log)
  const resource = describeService()
  const spans = new BatchSpanProcessor({ exporter: withoutPrivateData(new OTLPTraceExporter()) })
  const tracing = new TracerProvider({ resource, spanProcessors: [withRequestId(spans)] })
  // No propagator: whoever sends a traceparent header is a stranger, and gets no say in what is traced.
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

/** A collector that is away is worth a line now and then. Warnings are not told: some repeat a header's value. */
function reportFaults(log: Log): void {
  const budget = createLogRateLimit((of, leftOut) => {
    log.warn({ event: 'lines_left_out', of, leftOut }, 'Lines were left out')
  })
  const silent = () => {}
  diag.setLogger({
    error(fault) {
      if (!budget.take('telemetry_lost')) return
      log.warn({ event: 'telemetry_lost', fault: messageIn(fault) }, 'The collector took nothing')
    },
    warn: silent,
    info: silent,
    debug: silent,
    verbose: silent,
  })
}

/** The packages hand errors over as JSON. */
function messageIn(fault: string): string {
  const [, message] = /"message":("(?:[^"\\]|\\.)*")/.exec(fault) ?? []
  return message === undefined ? fault : String(JSON.parse(message))
}
