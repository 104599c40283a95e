import { afterEach, expect, test } from 'vitest'
import { createLog } from './log/log.ts'
import { listenToMetrics } from './metrics.ts'
import { runInRequest } from './request-context.ts'
import { createSecurityEvents } from './security-events.ts'

function openEvents() {
  const lines: Record<string, unknown>[] = []
  const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line)) })
  return { lines, events: createSecurityEvents(log) }
}

const request = {
  id: 'the-id',
  path: '/login',
  address: '198.51.100.77',
  noted: new Set<string>(),
  answered: Promise.resolve(),
  refusal: null,
}

afterEach(() => listenToMetrics(undefined))

test('a line has time, route, user and event, and only the network of the IP address [V16.2.1]', () => {
  const { lines, events } = openEvents()
  runInRequest(request, () => events.note({ event: 'session.started', code: 'credentials_wrong', about: 'p1' }))
  expect(lines).toEqual([
    {
      level: 'warn',
      time: expect.any(String),
      requestId: 'the-id',
      kind: 'security',
      event: 'session.started',
      outcome: 'refused',
      code: 'credentials_wrong',
      who: null,
      about: 'p1',
      network: '198.51.100.0/24',
      route: '/login',
      msg: 'Security event',
    },
  ])
})

test('a flood is counted completely, logged in part, and the rest reported as a number [V16.3.3]', () => {
  const { lines, events } = openEvents()
  let counted = 0
  listenToMetrics({ securityEvent: () => void counted++, answered() {}, hashed() {} })
  for (let time = 0; time < 1000; time++) events.note({ event: 'request.refused', code: 'busy' })
  events.note({ event: 'request.refused', code: 'too_large' })
  events.settle()
  expect(counted).toBe(1001)
  expect(lines.filter(({ event }) => event === 'request.refused')).toHaveLength(121)
  expect(lines.at(-1)).toMatchObject({ event: 'lines_left_out', of: 'request.refused busy', leftOut: 880 })
})
