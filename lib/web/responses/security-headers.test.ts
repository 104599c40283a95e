import { CspEvaluator } from 'csp_evaluator/dist/evaluator.js'
import { Severity } from 'csp_evaluator/dist/finding.js'
import { CspParser } from 'csp_evaluator/dist/parser.js'
import { describe, expect, test } from 'vitest'
import { answerHeaders, isForNextAlone, isPage, pagePolicy, transportHeaders } from './security-headers.ts'

const http = 'http://localhost:3000'
const https = 'https://accounts.example.com'
const nonce = 'q83vEjRWeJCrze8SNFZ4kA'

const findings = (policy: string) => new CspEvaluator(new CspParser(policy).csp).evaluate()
const high = (policy: string) =>
  findings(policy).filter(({ severity }) => [Severity.HIGH, Severity.HIGH_MAYBE, Severity.MEDIUM].includes(severity))

describe('the policies', () => {
  const policies = [
    ['of a page', pagePolicy({ nonce, appOrigin: https })],
    ['of a page under http', pagePolicy({ nonce, appOrigin: http })],
    ['of everything else', answerHeaders['content-security-policy'] ?? ''],
  ] as const

  test.each(policies)('%s: csp_evaluator finds no serious weakness [V3.4.3, T12]', (_, policy) => {
    expect(high(policy)).toEqual([])
  })

  test('the evaluator does find a weak policy', () => {
    expect(high("script-src 'self' 'unsafe-inline' *")).not.toEqual([])
  })

  test.each(policies)('%s: has the directives that every response needs [V3.4.3, V3.4.6, T12]', (_, policy) => {
    const directives = policy.split('; ')
    expect(directives).toEqual(
      expect.arrayContaining(["default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]),
    )
    expect(policy).not.toMatch(/unsafe-|data:|blob:|\*/)
  })

  test('only development allows inline styles and eval', () => {
    expect(pagePolicy({ nonce, appOrigin: http, dev: true })).toMatch(/'unsafe-eval'.*'unsafe-inline'/)
  })
})

test('HSTS and upgrade-insecure-requests are only sent by https sites [V3.4.1, T12]', () => {
  const seconds = Number(
    /^max-age=(\d+); includeSubDomains$/.exec(Object.values(transportHeaders(https))[0] ?? '')?.[1],
  )
  expect(seconds).toBeGreaterThanOrEqual(31_536_000)
  expect(pagePolicy({ nonce, appOrigin: https })).toContain('upgrade-insecure-requests')
  expect(transportHeaders(http)).toEqual({})
  expect(pagePolicy({ nonce, appOrigin: http })).not.toContain('upgrade-insecure-requests')
})

test('forms still send their origin [V3.4.5, T6]', () => {
  expect(answerHeaders['referrer-policy']).toBe('same-origin')
})

test.each(['Content-Security-Policy', 'content-security-policy-report-only', 'x-nonce', 'x-middleware-subrequest'])(
  '%s is reserved for Next',
  (name) => expect(isForNextAlone(name)).toBe(true),
)

test.each(['cookie', 'x-nonces', 'next-action', 'x-forwarded-for'])('%s may come from the client', (name) =>
  expect(isForNextAlone(name)).toBe(false),
)

test('isPage recognises HTML by its content type', () => {
  expect(['text/html', 'text/html; charset=utf-8', 'TEXT/HTML'].map(isPage)).toEqual([true, true, true])
  expect([null, '', 'text/x-component', 'application/json', 'text/htmlx'].map(isPage)).not.toContain(true)
})
