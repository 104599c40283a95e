// Normalises text as keyboards, clipboards and input methods deliver it. Never use it for passwords.

/** Whitespace and invisible characters: format characters and variation selectors. */
const unseen = /^[\s\p{Z}\p{Cf}\p{Variation_Selector}]$/u

/** Trims whitespace and invisible characters. */
export function trimTyped(text: string): string {
  // Not a regular expression: one for the end would retry at each character of a long run in the middle.
  const characters = [...text]
  const isSeen = (character: string) => !unseen.test(character)
  const [first, last] = [characters.findIndex(isSeen), characters.findLastIndex(isSeen)]
  return first === -1 ? '' : characters.slice(first, last + 1).join('')
}

/** A pasted mail is shorter. The cost of Unicode normalisation can grow with the square of the length. */
const longest = 1000

/**
 * Replaces compatibility forms (full-width, circled) and digits of any script with ASCII, and drops format characters.
 */
export function plainDigits(text: string): string {
  if (text.length > longest) return text
  return text
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Variation_Selector}]/gu, '')
    .replace(/\p{Nd}/gu, (digit) => String(digitValue(digit)))
}

/** Unicode keeps the ten digits of a script in order and adjacent, starting with zero. */
function digitValue(digit: string): number {
  const point = digit.codePointAt(0) ?? 0
  let before = 0
  while (/^\p{Nd}$/u.test(String.fromCodePoint(point - before - 1))) before++
  return before % 10
}

/** Separators within a code: spaces, hyphens, dashes, dots. */
const betweenDigits = /(?<=[0-9])[\s\p{Z}\p{Pd}\u2212.·_]+(?=[0-9])/gu

/**
 * The only code of this length in the text, which may contain other words ("Your code: 1234 5678"). Null when there is
 * none, or more than one.
 */
export function findCode(typed: string, length: number): string | null {
  const runs =
    plainDigits(typed)
      .replace(betweenDigits, '')
      .match(/[0-9]+/g) ?? []
  const codes = new Set(runs.filter((run) => run.length === length))
  return codes.size === 1 ? ([...codes][0] ?? null) : null
}

/** Control characters and writing-direction overrides can disguise a name as another one. */
export const unwanted = /[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069\uFFFD]/u
export const unwantedInLines = /[^\P{Cc}\n\t]|[\p{Cs}\u202A-\u202E\u2066-\u2069\uFFFD]/u
