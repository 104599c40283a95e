import { describe, expect, test } from 'vitest'
import { parseDevice } from './device.ts'

const nobody = { browser: null, system: null, kind: 'unknown' }
const webKit = 'AppleWebKit/537.36 (KHTML, like Gecko)'

describe('parseDevice', () => {
  test.each([
    [
      'Firefox',
      'Windows',
      'laptop',
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
    ],
    ['Chrome', 'Linux', 'laptop', `Mozilla/5.0 (X11; Linux x86_64) ${webKit} Chrome/139.0.0.0 Safari/537.36`],
    [
      'Chrome',
      'Android',
      'phone',
      `Mozilla/5.0 (Linux; Android 10; K) ${webKit} Chrome/139.0.0.0 Mobile Safari/537.36`,
    ],
    [
      'Safari',
      'iOS',
      'tablet',
      'Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
    ],
    [
      'Microsoft Edge',
      'Windows',
      'laptop',
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webKit} Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0`,
    ],
  ])('finds %s on %s, a %s', (browser, system, kind, userAgent) => {
    expect(parseDevice(userAgent)).toEqual({ browser, system, kind })
  })

  test.each(['', ' ', 'x', 'curl/8.5.0', '<b>Your bank</b>/1 (\u202E)', 'a/'.repeat(200), '('.repeat(400)])(
    'repeats no text of the client: %j',
    (userAgent) => {
      expect(parseDevice(userAgent)).toEqual(nobody)
    },
  )
})
