import { describe, expect, it } from 'vitest'
import { hours, minutes, seconds } from '../core/clock.ts'
import { clockTime, knownTimeZone, lasting, partOfDay, shortTime, timeLeft, waitTime } from './time.ts'
import { wordsFor } from './words.ts'

const words = wordsFor('en')
const now = Date.parse('2026-11-23T13:05:00Z')

describe('knownTimeZone', () => {
  it.each([
    ['Europe/Vienna', 'Europe/Vienna'],
    ['europe/vienna', 'Europe/Vienna'],
    ['Etc/GMT+12', 'Etc/GMT+12'],
    ['+23:59', null],
    ['+2359', null],
    ['-0800', null],
    ['Nowhere/At_All', null],
    ['', null],
  ])('of %j is %j', (name, known) => {
    expect(knownTimeZone(name)).toBe(known)
  })
})

describe('clockTime', () => {
  it.each([
    ['2026-11-23T13:05:00Z', 'today at 14:05'],
    ['2026-11-22T23:00:00Z', 'today at 00:00'],
    ['2026-11-24T01:05:00Z', 'tomorrow at 02:05'],
    ['2026-11-22T22:59:59Z', 'yesterday at 23:59'],
    ['2026-11-25T13:05:00Z', '25 November at 14:05'],
    ['2026-06-01T12:00:00Z', '1 June at 14:00'],
    ['2025-11-23T13:05:00Z', '23 November 2025 at 14:05'],
  ])('says %s in Vienna as "%s"', (at, said) => {
    expect(clockTime(words, Date.parse(at), now, 'Europe/Vienna')).toBe(said)
  })

  it('uses UTC, and says so, without a time zone', () => {
    expect(clockTime(words, now, now, null)).toBe('today at 13:05 UTC')
  })

  it('counts calendar days, even across a clock change', () => {
    const evening = Date.parse('2026-10-24T20:00:00Z')
    expect(clockTime(words, evening + hours(25), evening, 'Europe/Vienna')).toBe('tomorrow at 22:00')
  })

  it('uses the year in the reader’s time zone', () => {
    const newYearInAuckland = Date.parse('2026-12-31T11:30:00Z')
    expect(clockTime(words, newYearInAuckland - hours(48), newYearInAuckland, 'Pacific/Auckland')).toBe(
      '30 December 2026 at 00:30',
    )
  })
})

describe('timeLeft', () => {
  it.each([
    [hours(12), '12 hours'],
    [hours(12) - seconds(6), '11 hours and 59 minutes'],
    [hours(1) + minutes(1), '1 hour and 1 minute'],
    [hours(1), '1 hour'],
    [minutes(10), '10 minutes'],
    [minutes(10) - seconds(5), '10 minutes'],
    [minutes(10) - seconds(6), '9 minutes'],
    [minutes(3) + seconds(30), '3 minutes'],
    [minutes(2), '2 minutes'],
    [minutes(2) - seconds(5), '2 minutes'],
    [minutes(2) - seconds(6), '114 seconds'],
    [seconds(90), '90 seconds'],
    [minutes(1), '1 minute'],
    [seconds(54), '54 seconds'],
    [seconds(4) + 1, '5 seconds'],
    [seconds(1), '1 second'],
    [0, '0 seconds'],
    [-seconds(1), '0 seconds'],
  ])('says %d ms as "%s"', (left, said) => {
    expect(timeLeft(words, left)).toBe(said)
  })
})

describe('waitTime', () => {
  it.each([
    [1, '1 second'],
    [seconds(59), '59 seconds'],
    [minutes(1), '1 minute'],
    [seconds(61), '61 seconds'],
    [seconds(119), '119 seconds'],
    [minutes(2), '2 minutes'],
    [minutes(2) + 1, '3 minutes'],
    [minutes(59), '59 minutes'],
    [minutes(59) + seconds(1), '1 hour'],
    [hours(1), '1 hour'],
    [hours(1) + 1, '1 hour and 1 minute'],
    [hours(24), '24 hours'],
    [hours(24) - 1, '24 hours'],
  ])('says %d ms as "%s": never less than it is', (ms, said) => {
    expect(waitTime(words, ms)).toBe(said)
  })
})

describe('lasting', () => {
  it.each([
    [seconds(5), '5 seconds'],
    [seconds(45), '45 seconds'],
    [seconds(60), '1 minute'],
    [seconds(90), '90 seconds'],
    [seconds(150), '2 minutes and 30 seconds'],
    [minutes(10), '10 minutes'],
    [hours(12), '12 hours'],
    [hours(72), '72 hours'],
    [hours(30 * 24), '30 days'],
  ])('says %d ms as "%s", as it was set', (ms, said) => {
    expect(lasting(words, ms)).toBe(said)
  })
})

describe('partOfDay', () => {
  it.each([
    ['04:59', 'evening'],
    ['05:00', 'morning'],
    ['11:59', 'morning'],
    ['12:00', 'afternoon'],
    ['17:59', 'afternoon'],
    ['18:00', 'evening'],
    ['00:00', 'evening'],
  ])('at %s it is %s', (time, part) => {
    expect(partOfDay(Date.parse(`2026-11-23T${time}:00Z`), 'UTC')).toBe(part)
  })

  it('uses the reader’s time zone', () => {
    expect(partOfDay(Date.parse('2026-11-23T23:00:00Z'), 'Asia/Tokyo')).toBe('morning')
  })

  it('is unknown without a time zone', () => {
    expect(partOfDay(now, null)).toBeNull()
  })
})

describe('shortTime', () => {
  it.each([
    ['2026-11-23T13:05:00Z', 'today at 14:05'],
    ['2026-11-22T22:59:59Z', 'yesterday at 23:59'],
    ['2026-11-21T23:30:00Z', '22 Nov 2026'],
    ['2025-06-01T12:00:00Z', '1 Jun 2025'],
  ])('says %s in Vienna as "%s"', (at, said) => {
    const later = said.startsWith('22') ? now + hours(24) : now
    expect(shortTime(words, Date.parse(at), later, 'Europe/Vienna')).toBe(said)
  })
})
