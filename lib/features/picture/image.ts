// Accepts an uploaded image only as one still WebP, PNG or JPEG, and writes its container anew. What is left is what the
// pixels need: no EXIF, XMP, ICC profile, comment or unknown part, and nothing before or after the image. A file that is
// also something else, such as a ZIP or HTML, loses that part.
import { ok, type Result, refused } from '../../core/result.ts'
import { rewriteJpeg } from './jpeg.ts'
import { rewritePng } from './png.ts'
import { isSmall, largestImage, type Rewrite } from './rewrite.ts'
import { rewriteWebp } from './webp.ts'

export type ImageType = 'image/webp' | 'image/png' | 'image/jpeg'
export type ImageFault = 'picture_missing' | 'picture_heavy' | 'picture_large' | 'picture_kind'

const rewrites: Record<ImageType, Rewrite> = {
  'image/webp': rewriteWebp,
  'image/png': rewritePng,
  'image/jpeg': rewriteJpeg,
}

/** By the first bytes, whatever the client said. Null for any other file. */
export function imageTypeOf(bytes: Buffer): ImageType | null {
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') return 'image/webp'
  if (bytes.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n') return 'image/png'
  if (bytes.toString('latin1', 0, 3) === '\xff\xd8\xff') return 'image/jpeg'
  return null
}

export async function cleanImage(bytes: Buffer): Promise<Result<Buffer, ImageFault>> {
  if (bytes.length === 0) return refused('picture_missing')
  if (bytes.length > largestImage) return refused('picture_heavy')
  const type = imageTypeOf(bytes)
  const rewritten = type === null ? null : await rewrites[type](bytes)
  if (rewritten === null || rewritten.width < 1 || rewritten.height < 1) return refused('picture_kind')
  if (!isSmall(rewritten)) return refused('picture_large')
  // A PNG that was packed with more effort may grow.
  return rewritten.bytes.length > largestImage ? refused('picture_heavy') : ok(rewritten.bytes)
}
