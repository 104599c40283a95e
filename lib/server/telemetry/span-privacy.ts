// Removes private data from spans before export. Next puts whole URLs, with mailed secrets in their query, into
// attributes and names, and exception messages into events. Only allowed attributes remain.
import type { Attributes } from '@opentelemetry/api'
import type { ReadableSpan, SpanExporter, SpanProcessor, TimedEvent } from '@opentelemetry/sdk-trace'
import { currentRequest, outsideOfRequests } from '../../core/request-context.ts'

/** The same id as in the log and in X-Request-Id. */
const requestIdName = 'gatehouse.request_id'

const allowed = new Set([
  requestIdName,
  'error.type',
  'exception.type',
  'http.method',
  'http.route',
  'http.status_code',
  'next.page',
  'next.route',
  'next.rsc',
  'next.span_type',
])

export function withoutPrivateData(exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) => exporter.export(spans.map(publicSpan), done),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  }
}

/**
 * Adds the request id to spans. Spans of several requests leave in one batch, so sending runs outside of any request.
 */
export function withRequestId(processor: SpanProcessor): SpanProcessor {
  return {
    onStart(span, parent) {
      const request = currentRequest()
      if (request !== null) span.setAttribute(requestIdName, request.id)
      processor.onStart(span, parent)
    },
    onEnd: (span) => outsideOfRequests(() => processor.onEnd(span)),
    forceFlush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  }
}

/** A copy of the span that inherits everything not overridden here. */
export function publicSpan(span: ReadableSpan): ReadableSpan {
  return Object.create(span, {
    name: { value: publicName(span.name) },
    attributes: { value: publicAttributes(span.attributes) },
    events: { value: span.events.map(publicEvent) },
    links: { value: [] },
    status: { value: { code: span.status.code } },
  })
}

/** Cuts `fetch GET http://…` before its URL and `GET /path?query` before its query. */
function publicName(name: string): string {
  const end = name.search(/:\/\/|\?/)
  if (end < 0) return name
  const kept = name.slice(0, end)
  return (name[end] === '?' ? kept : kept.slice(0, kept.lastIndexOf(' ') + 1)).trimEnd()
}

function publicAttributes(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => allowed.has(name)))
}

function publicEvent({ name, time, attributes = {} }: TimedEvent): TimedEvent {
  return { name: publicName(name), time, attributes: publicAttributes(attributes) }
}
