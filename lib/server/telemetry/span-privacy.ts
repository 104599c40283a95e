// What of a span may leave the process. Next puts whole addresses into attributes and names, mailed secrets in their
// query included, and the words of exceptions into events. Only what is listed here goes on.
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

/** Spans know their request; what later sends them works for all of them. */
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

/** The span with other eyes: what is not named here it keeps. */
export function publicSpan(span: ReadableSpan): ReadableSpan {
  return Object.create(span, {
    name: { value: publicName(span.name) },
    attributes: { value: publicAttributes(span.attributes) },
    events: { value: span.events.map(publicEvent) },
    links: { value: [] },
    status: { value: { code: span.status.code } },
  })
}

/** `fetch GET http://…` and `GET /path?query` keep their beginning. */
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
