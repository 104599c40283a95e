import type { User } from '#lib/auth/accounts.ts'

const sizes = { small: 'avatar', large: 'avatar avatar-large', preview: 'avatar avatar-preview' }
const pixels = { small: 36, large: 64, preview: 128 }

/** A user's picture, or the initials of the name. Decoration: the name itself stands beside it. */
export function Avatar({
  person,
  size = 'small',
}: {
  person: Pick<User, 'id' | 'username' | 'picture'> & { profile: Pick<User['profile'], 'fullName'> }
  size?: keyof typeof sizes
}) {
  const { id, username, picture, profile } = person
  const name = profile.fullName || username
  if (picture !== null) {
    const src = `/api/picture/${encodeURIComponent(id)}?v=${encodeURIComponent(picture)}`
    const side = pixels[size]
    // biome-ignore lint/performance/noImgElement: the optimizer is off, and the picture is small
    return <img src={src} alt="" width={side} height={side} loading="lazy" className={sizes[size]} />
  }
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
  // Segmenting takes as long as checking the session, and most names need none.
  if (startsLatin.test(word)) return word.charAt(0)
  for (const { segment } of graphemes.segment(word)) return segment
  return ''
}

/** Starts with two characters of the Latin blocks, of which none combines. */
const startsLatin = /^[\u0020-\u02ff]{2}/

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
