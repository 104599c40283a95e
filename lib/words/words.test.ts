import { describe, expect, it } from 'vitest'
import { browserWords } from './browser.ts'
import { en } from './en.ts'
import { locales, matchLocale, type Words, wordsFor } from './words.ts'

describe('wordsFor', () => {
  it('fills arguments in', () => {
    expect(wordsFor('en')('errors.password_short', { min: 8 })).toBe('Enter a password of at least 8 characters.')
    expect(wordsFor('en')('errors.busy', { seconds: 1 })).toContain('in 1 second.')
    expect(wordsFor('en')('errors.bio_long', { max: 2000, count: 2001 })).toContain('at most 2,000 characters')
  })

  it('does not interpret a user’s text as a message [V1.3.7]', () => {
    const name = "{name} <b>'quoted'</b> #"
    expect(wordsFor('en').markup('home.greeting.unknown', { name, person: (chunks) => chunks })).toBe(`Hello, ${name}`)
  })

  it('creates one translator per language', () => {
    expect(wordsFor('en')).toBe(wordsFor('en'))
  })

  it('throws for a missing message instead of showing its key', () => {
    const untyped = wordsFor('en') as unknown as (key: string) => string
    expect(() => untyped('errors.none')).toThrow('MISSING_MESSAGE')
  })

  it.each(locales)('has a well-formed message under every key in %s', (locale) => {
    const words = wordsFor(locale)
    const keys = messageKeys(words)
    expect(keys.length).toBeGreaterThan(100)
    for (const key of keys) expect(formatWithAnything(words, key)).not.toBe('')
  })
})

describe('matchLocale', () => {
  it.each([
    ['en', 'en'],
    ['en-US,en;q=0.9', 'en'],
    ['xx, EN-gb;q=0.1', 'en'],
    ['en;q=0, xx', 'en'],
    ['*', 'en'],
    [';;;,=,q=1', 'en'],
    ['', 'en'],
    [null, 'en'],
  ])('answers %j with %s', (header, locale) => {
    expect(matchLocale(header)).toBe(locale)
  })
})

describe('browserWords', () => {
  it('uses the named language, or English if unknown', () => {
    expect(browserWords('en-GB').error.retry).toBe('Try again')
    expect(browserWords('constructor').error.retry).toBe('Try again')
    expect(browserWords('').error.retry).toBe('Try again')
  })
})

function messageKeys(words: Words): string[] {
  const raw = words.raw as (key: string) => unknown
  const below = (key: string): string[] => {
    const value = raw(key)
    return typeof value === 'string' ? [key] : Object.keys(value as object).flatMap((part) => below(`${key}.${part}`))
  }
  return Object.keys(en).flatMap(below)
}

/** Every argument is 2 and every tag keeps its content, so that only a malformed message throws. */
function formatWithAnything(words: Words, key: string): string {
  const markup = words.markup as (key: string, values: Record<string, unknown>) => string
  const message = String((words.raw as (key: string) => unknown)(key))
  const tags = Array.from(message.matchAll(/<(\w+)>/g), ([, tag]) => [tag, (chunks: string) => chunks])
  const names = Array.from(message.matchAll(/\{(\w+)/g), ([, name]) => [name, 2])
  return markup(key, Object.fromEntries([...names, ...tags]))
}
