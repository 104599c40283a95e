const sizes = { small: 'avatar', large: 'avatar avatar-large' }

/** The initials of a name. Decoration: the name itself stands beside it. */
export function Avatar({ name, size = 'small' }: { name: string; size?: keyof typeof sizes }) {
  return (
    <span aria-hidden="true" translate="no" className={sizes[size]}>
      {initialsOf(name)}
    </span>
  )
}

/** The first letter of the first and the last word: "AL" of "Ada King Lovelace", "A" of "ada". */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => word !== '')
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words.slice(0, 1)
  return ends.map((word = '') => firstGrapheme(word).toLocaleUpperCase('en')).join('')
}

/** An emoji or a letter with its marks stays whole. */
function firstGrapheme(word: string): string {
  for (const { segment } of graphemes.segment(word)) return segment
  return ''
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
