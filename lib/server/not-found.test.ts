import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { withNotFoundPage } from './not-found.ts'

async function ask(listener: RequestListener, init: RequestInit = {}): Promise<Response> {
  const server = createServer(withNotFoundPage(listener))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, init)
}

const answers =
  (status: number, type: string, text: string): RequestListener =>
  (_request, response) => {
    response.statusCode = status
    response.setHeader('content-type', type)
    response.write(text)
    response.end(text)
  }

test('a page that is not found is the site’s own, in the chosen colours', async () => {
  const answer = await ask(answers(404, 'text/html; charset=utf-8', 'Next'), { headers: { cookie: 'theme=dark' } })
  expect(answer.status).toBe(404)
  const text = await answer.text()
  expect(text).toMatch(/<html lang="en" dir="ltr" data-theme="dark">.*<h1>Page not found<\/h1>/s)
  expect(text).not.toContain('Next')
})

test('nothing of the other page remains in the headers', async () => {
  const answer = await ask((_request, response) => {
    response.statusCode = 404
    for (const [name, value] of Object.entries({ 'content-type': 'text/html', 'content-length': '4', etag: '"next"' }))
      response.setHeader(name, value)
    response.end('Next')
  })
  expect(answer.headers.get('etag')).toBeNull()
  expect(await answer.text()).toMatch(/<\/html>\s*$/)
})

test('HEAD has no body', async () => {
  const answer = await ask(answers(404, 'text/html', 'Next'), { method: 'HEAD' })
  expect([answer.status, await answer.text()]).toEqual([404, ''])
})

test.each([
  [200, 'text/html'],
  [404, 'application/json'],
  [404, 'text/x-component'],
])('an answer of %i with %s stays', async (status, type) => {
  const answer = await ask(answers(status, type, 'a'))
  expect([answer.status, await answer.text()]).toEqual([status, 'aa'])
})
