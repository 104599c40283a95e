import { describe, expect, it } from 'vitest'
import { startOfDay } from './time-zones.ts'

describe('startOfDay', () => {
  it.each([
    ['2026-11-23', 'UTC', '2026-11-23T00:00:00.000Z'],
    ['2026-11-23', 'Europe/Vienna', '2026-11-22T23:00:00.000Z'],
    ['2026-07-01', 'Europe/Vienna', '2026-06-30T22:00:00.000Z'],
    ['2026-11-23', 'America/Los_Angeles', '2026-11-23T08:00:00.000Z'],
    ['2026-11-23', 'Pacific/Kiritimati', '2026-11-22T10:00:00.000Z'],
    ['2026-11-23', 'Etc/GMT+12', '2026-11-23T12:00:00.000Z'],
    ['2026-11-23', 'Asia/Kathmandu', '2026-11-22T18:15:00.000Z'],
    // Midnight is skipped: the day begins at one o'clock.
    ['2026-03-29', 'Asia/Beirut', '2026-03-28T22:00:00.000Z'],
    // Samoa left this day out.
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    ['0000-01-01', 'Europe/Vienna', expect.any(String)],
    ['9999-12-31', 'UTC', '9999-12-31T00:00:00.000Z'],
  ])('of %s in %s is %s', (date, zone, start) => {
    expect(new Date(startOfDay(Date.parse(date), zone)).toISOString()).toEqual(start)
  })
})
