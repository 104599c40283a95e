import { expect, test } from 'vitest'
import { outsideOfRequests, runInRequest } from '../request-context.ts'
import { createLog } from './log.ts'

/** The written lines. */
function openLog() {
  const written: string[] = []
  const log = createLog('info', { write: (line) => void written.push(line) })
  const last = () => JSON.parse(written.at(-1) ?? '') as Record<string, unknown>
  return { log, written, last }
}

const requestOf = (id: string) => ({
  id,
  path: '/',
  address: '',
  noted: new Set<string>(),
  answered: Promise.resolve(),
  refusal: null,
})

test('a line is a JSON object with level, UTC time, event and message [V16.2.2, V16.2.4]', () => {
  const { log, written, last } = openLog()
  log.info({ event: 'stopping', signal: 'SIGTERM' }, 'Stopping')
  expect(written).toHaveLength(1)
  expect(last()).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    event: 'stopping',
    signal: 'SIGTERM',
    msg: 'Stopping',
  })
})

test('a line within a request carries its id, and one outside of it does not', () => {
  const { log, last } = openLog()
  runInRequest(requestOf('one'), () => log.info({ event: 'a' }, 'A'))
  expect(last()).toMatchObject({ requestId: 'one' })
  runInRequest(requestOf('two'), () => outsideOfRequests(() => log.info({ event: 'b' }, 'B')))
  expect(last()).not.toHaveProperty('requestId')
})

test('external text starts no line, is no format string, and controls no terminal [V16.4.1, V1.3.10, T30]', () => {
  const { log, written, last } = openLog()
  const text = 'a\n{"event":"session.started"}\r\u001b[2J\u009b2J\u2028%s%o%c'
  log.warn({ event: 'form.refused', [text]: text, name: text }, 'Refused')
  expect(written).toHaveLength(1)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
  expect(written[0]?.trimEnd()).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/)
  expect(last()).toMatchObject({ event: 'form.refused', msg: 'Refused' })
  expect(last().name).toContain('%s%o%c')
})

test('hides fields named like secrets at any depth, and credentials in URLs [V16.2.5, T30]', () => {
  const { log, written } = openLog()
  const canary = 'canary-4711'
  log.error(
    {
      event: 'request_failed',
      password: canary,
      newPassword: canary,
      headers: { authorization: canary, cookie: canary, 'set-cookie': [canary] },
      settings: { smtpUrl: `smtp://me:${canary}@mail.example`, sessionSecrets: [canary], deeper: { token: canary } },
      code: '1234 5678',
      store: `postgres://me:${canary}@db.example/site`,
    },
    'Unexpected failure',
  )
  expect(written[0]).not.toContain(canary)
  expect(written[0]).not.toContain('1234 5678')
  expect(written[0]).toContain('db.example/site')
})

test('hides what proves a second factor, and shows outcomes [V16.2.5, T30]', () => {
  const { log, written, last } = openLog()
  const canary = 'canary-4711'
  const user = { totp: { sealed: canary }, recoveryCodes: [{ hash: canary }], passkeyChallenge: canary }
  log.error({ event: 'request_failed', user, sealed: canary, response: canary }, 'Unexpected failure')
  log.error({ event: 'request_failed', detail: `otpauth://totp/site:ada?secret=${canary}` }, 'Unexpected failure')
  expect(written.join()).not.toContain(canary)
  for (const code of ['123456', '123 456', 'k7qp-2m4x-0zrt', 'K7QP2M4X0ZRT', 'k7qp 2m4x 0zrt']) {
    log.warn({ event: 'form.refused', code }, 'Refused')
    expect(last().code, code).toBe('[hidden]')
  }
  for (const code of ['code_wrong', 'ECONNREFUSED', '23505', 'step_over', 'busy']) {
    log.warn({ event: 'form.refused', code }, 'Refused')
    expect(last().code).toBe(code)
  }
})

test('an error keeps stack, message and causes, without fields of drivers [V16.2.5]', () => {
  const { log, last, written } = openLog()
  const cause = Object.assign(new Error('connect to postgres://me:canary@db.example failed'), {
    code: 'ECONNREFUSED',
    detail: 'Key (username)=(canary) already exists.',
    parameters: ['canary'],
  })
  log.error({ event: 'request_failed', err: new Error('The store is away', { cause }) }, 'Unexpected failure')
  expect(last().err).toMatchObject({
    type: 'Error',
    message: 'The store is away',
    stack: expect.stringContaining('log.test.ts'),
    cause: { code: 'ECONNREFUSED', message: expect.stringContaining('db.example') },
  })
  expect(written[0]).not.toContain('canary')
})

test('codes of outcomes and errors stay readable', () => {
  const { log, last } = openLog()
  log.warn({ event: 'session.started', code: 'credentials_wrong' }, 'Security event')
  expect(last()).toMatchObject({ code: 'credentials_wrong' })
  log.warn({ event: 'store_not_ready', err: Object.assign(new Error('full'), { code: 'ENOSPC' }) }, 'Not ready')
  expect(last()).toMatchObject({ err: { code: 'ENOSPC' } })
})
