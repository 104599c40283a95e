import { SpanStatusCode } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { expect, test } from 'vitest'
import { runInRequest } from '../../core/request-context.ts'
import { routeClass } from './route-class.ts'
import { withoutPrivateData, withRequestId } from './span-privacy.ts'

function openTracer() {
  const kept = new InMemorySpanExporter()
  const processor = withRequestId(new SimpleSpanProcessor({ exporter: withoutPrivateData(kept) }))
  const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer('test')
  return { tracer, spans: () => kept.getFinishedSpans() }
}

test('exports a request’s span without its URL, query and error message [V16.2.5, T30]', () => {
  const { tracer, spans } = openTracer()
  const attributes = {
    'http.method': 'GET',
    'http.target': '/reset-password?token=canary',
    'http.url': 'http://127.0.0.1:3000/verify-email?code=canary',
    'net.peer.name': 'canary.example',
    'next.span_name': 'GET /reset-password?token=canary',
    'http.route': '/reset-password',
    'http.status_code': 500,
  }
  const span = tracer.startSpan('GET /reset-password?token=canary', { attributes })
  span.recordException(new Error('nobody is called canary'))
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'canary' })
  span.end()
  tracer.startSpan('fetch GET http://127.0.0.1:3000/verify-email?code=canary').end()

  const [asked, fetched] = spans()
  const told = { name: asked?.name, attributes: asked?.attributes, status: asked?.status, events: asked?.events }
  expect(JSON.stringify([told, fetched?.name])).not.toContain('canary')
  expect(told).toMatchObject({
    name: 'GET /reset-password',
    attributes: { 'http.method': 'GET', 'http.route': '/reset-password', 'http.status_code': 500 },
    status: { code: SpanStatusCode.ERROR },
    events: [{ name: 'exception', attributes: { 'exception.type': 'Error' } }],
  })
  expect(fetched?.name).toBe('fetch GET')
  // All other properties come from the span itself.
  expect(asked?.ended).toBe(true)
  expect(asked?.spanContext().traceId).toMatch(/^[0-9a-f]{32}$/)
})

test('gives a span the request id of the log', async () => {
  const { tracer, spans } = openTracer()
  const request = { id: 'the-id', path: '/', address: '', noted: new Set<string>(), answered: Promise.resolve() }
  runInRequest({ ...request, refusal: null }, () => tracer.startSpan('GET').end())
  expect(spans()[0]?.attributes).toEqual({ 'gatehouse.request_id': 'the-id' })
})

test.each([
  ['/login', '/login'],
  ['/admin/users/4711', '/admin'],
  ['/api/anything', '/api'],
  ['/_next/static/chunk.js', '/_next'],
  ['/profile/edit', 'page'],
  ['/whatever%20somebody/asks', 'page'],
])('%s is counted under %s', (path, route) => {
  expect(routeClass(path)).toBe(route)
})
