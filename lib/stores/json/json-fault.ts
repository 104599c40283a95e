// Finds where a text stops being JSON or repeats a key. JSON.parse is unfit for a log: its message quotes the text,
// which may contain a password hash, and it silently keeps the last of two equal keys.

export interface JsonFault {
  line: number
  column: number
  /** What is wrong, without quoting a value. */
  fault: string
}

const space = /[ \t\n\r]*/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids these inside strings
const string = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y
const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | 'next' | 'end'

export function findJsonFault(text: string): JsonFault | null {
  /** The keys so far of every open object; null for an array. */
  const open: (Set<string> | null)[] = []
  let expected: Expected = 'value'
  let at = 0

  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    const [found] = pattern.exec(text) ?? []
    if (!found) return null
    at += found.length
    return found
  }
  const afterValue = (): Expected => (open.length === 0 ? 'end' : 'next')

  for (;;) {
    take(space)
    if (at === text.length) return expected === 'end' ? null : faultAt(text, at, 'the file ends too early')
    const character = text[at]
    const isValueWanted: boolean = expected === 'value' || expected === 'value or ]'
    const isKeyWanted: boolean = expected === 'key' || expected === 'key or }'
    const keys = open.at(-1)

    if (isValueWanted && (character === '{' || character === '[')) {
      open.push(character === '{' ? new Set() : null)
      expected = character === '{' ? 'key or }' : 'value or ]'
      at++
    } else if (isValueWanted && (take(string) ?? take(scalar)) !== null) {
      expected = afterValue()
    } else if (isKeyWanted && character === '"') {
      const start = at
      const key = take(string)
      if (key === null) return faultAt(text, at, 'a key is damaged')
      const name = JSON.parse(key)
      if (keys?.has(name)) return faultAt(text, start, `the key ${key} appears twice in one object`)
      keys?.add(name)
      expected = ':'
    } else if (expected === ':' && character === ':') {
      expected = 'value'
      at++
    } else if (expected === 'next' && character === ',') {
      expected = keys ? 'key' : 'value'
      at++
    } else if (isClosing(character, expected, keys)) {
      open.pop()
      expected = afterValue()
      at++
    } else {
      return faultAt(text, at, `unexpected ${codePointName(text, at)}`)
    }
  }
}

function isClosing(character: string | undefined, expected: Expected, keys: Set<string> | null | undefined): boolean {
  if (character === '}') return expected === 'key or }' || (expected === 'next' && keys instanceof Set)
  return character === ']' && (expected === 'value or ]' || (expected === 'next' && keys === null))
}

function faultAt(text: string, at: number, fault: string): JsonFault {
  const before = text.slice(0, at)
  return { line: before.split('\n').length, column: at - before.lastIndexOf('\n'), fault }
}

function codePointName(text: string, at: number): string {
  return `U+${(text.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
