// Text as people's keyboards, clipboards and input methods deliver it, made comparable. Never for passwords.

/** Space of any kind, and characters that nobody sees: format characters and variation selectors. */
const unseen = /^[\s\p{Z}\p{Cf}\p{Variation_Selector}]$/u

/** Without what nobody sees around it. */
export function trimTyped(text: string): string {
  // By hand: an expression for the end would look at a long run in the middle from each of its places.
  const characters = [...text]
  const isSeen = (character: string) => !unseen.test(character)
  const [first, last] = [characters.findIndex(isSeen), characters.findLastIndex(isSeen)]
  return first === -1 ? '' : characters.slice(first, last + 1).join('')
}

/** A whole mail pasted is shorter. The cost of normalising Unicode grows with the square of a text made for that. */
const longest = 1000

/** Compatibility forms made plain (full-width, circled), digits of any script as 0 to 9, format characters dropped. */
export function plainDigits(text: string): string {
  if (text.length > longest) return text
  return text
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Variation_Selector}]/gu, '')
    .replace(/\p{Nd}/gu, (digit) => String(digitValue(digit)))
}

/** Unicode keeps the ten digits of a script in order and side by side, and starts each run with its zero. */
function digitValue(digit: string): number {
  const point = digit.codePointAt(0) ?? 0
  let before = 0
  while (/^\p{Nd}$/u.test(String.fromCodePoint(point - before - 1))) before++
  return before % 10
}

/** Between the digits of one code: spaces, hyphens and dashes of any kind, dots. */
const betweenDigits = /(?<=[0-9])[\s\p{Z}\p{Pd}\u2212.·_]+(?=[0-9])/gu

/**
 * The one code of this many digits in what was typed or pasted, also with words around it ("Your code: 1234 5678"). Null
 * when there is none, or more than one.
 */
export function findCode(typed: string, length: number): string | null {
  const runs =
    plainDigits(typed)
      .replace(betweenDigits, '')
      .match(/[0-9]+/g) ?? []
  const codes = new Set(runs.filter((run) => run.length === length))
  return codes.size === 1 ? ([...codes][0] ?? null) : null
}

/** Control characters and overrides of writing direction can make a name look like another one. */
export const unwanted = /[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069\uFFFD]/u
export const unwantedInLines = /[^\P{Cc}\n\t]|[\p{Cs}\u202A-\u202E\u2066-\u2069\uFFFD]/u
