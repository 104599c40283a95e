import { crc32, deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanImage, imageTypeOf } from './image.ts'
import { images } from './images-for-test.ts'
import { largestImage } from './rewrite.ts'

type Name = keyof typeof images
const bytesOf = (name: Name) => Buffer.from(images[name], 'base64')
const codeOf = async (bytes: Buffer) => {
  const cleaned = await cleanImage(bytes)
  return cleaned.ok ? 'ok' : cleaned.code
}
const cleaned = async (bytes: Buffer) => {
  const outcome = await cleanImage(bytes)
  if (!outcome.ok) throw new Error(outcome.code)
  return outcome.value
}
const edited = (name: Name, at: number, bytes: number[]) => {
  const copy = bytesOf(name)
  copy.set(bytes, at)
  return copy
}

const accepted = [
  'jpegDescribed',
  'jpegProgressive',
  'pngDescribed',
  'pngPalette',
  'pngInterlaced',
  'webpDescribed',
  'webpLossless',
  'webpAlpha',
] as const

test.each(accepted)('keeps the kind of the image %s, and changes nothing a second time', async (name) => {
  const once = await cleaned(bytesOf(name))
  expect(imageTypeOf(once)).toBe(imageTypeOf(bytesOf(name)))
  expect((await cleaned(once)).equals(once)).toBe(true)
})

test.each(['jpegDescribed', 'pngDescribed', 'webpDescribed'] as const)(
  'leaves out who made the image, where, and its profile: %s [T31]',
  async (name) => {
    const marks = ['Ada Lovelace', 'At home', 'xmpmeta', 'Exif', 'eXIf', 'EXIF', 'iCCP', 'ICC']
    const [before, after] = [bytesOf(name).toString('latin1'), (await cleaned(bytesOf(name))).toString('latin1')]
    expect(marks.some((mark) => before.includes(mark))).toBe(true)
    for (const mark of marks) expect(after).not.toContain(mark)
  },
)

test.each(accepted)('cuts off what follows the image %s [T31]', async (name) => {
  const polyglot = Buffer.concat([bytesOf(name), Buffer.from('<script>alert(1)</script>PK\x05\x06')])
  expect((await cleaned(polyglot)).equals(await cleaned(bytesOf(name)))).toBe(true)
})

test('cuts off what hides behind the packed pixels of a PNG', async () => {
  const packed = deflateSync(Buffer.alloc(9 * 8))
  const plain = aPng(8, 8, { pixels: packed })
  const hiding = aPng(8, 8, { pixels: Buffer.concat([packed, Buffer.from('<script>')]) })
  expect((await cleaned(hiding)).equals(await cleaned(plain))).toBe(true)
})

describe('refuses', () => {
  test.each<[string, Buffer]>([
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')],
    ['HTML', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['GIF', bytesOf('gif')],
    ['an animated WebP', bytesOf('webpAnimated')],
    ['a JPEG for print', bytesOf('jpegCmyk')],
    ['a WebP whose extended header names another size', edited('webpAlpha', 24, [0xff])],
    ['a PNG with a wrong checksum', edited('pngPalette', 20, [9])],
    ['a JPEG without its image', Buffer.from([0xff, 0xd8, 0xff, 0xd9])],
    ['an image behind other bytes', Buffer.concat([Buffer.from('GIF89a'), bytesOf('pngPalette')])],
    ...accepted.map((name): [string, Buffer] => [
      `half of ${name}`,
      bytesOf(name).subarray(0, bytesOf(name).length / 2),
    ]),
  ])('%s [V5.2.2, T31]', async (_, bytes) => {
    expect(await codeOf(bytes)).toBe('picture_kind')
  })

  test('nothing at all, and a file over 256 kB', async () => {
    expect(await codeOf(Buffer.alloc(0))).toBe('picture_missing')
    const bytes = Buffer.concat([bytesOf('webpLossless'), Buffer.alloc(largestImage)])
    expect(await codeOf(bytes)).toBe('picture_heavy')
    expect(await codeOf(bytes.subarray(0, largestImage))).toBe('ok')
  })

  test('an animated PNG', async () => {
    expect(await codeOf(aPng(8, 8, { extra: chunkOf('acTL', Buffer.alloc(8)) }))).toBe('picture_kind')
  })

  test('an image with a side of more than 512 pixels, before it unpacks any pixel [V5.2.6, T11]', async () => {
    expect(await codeOf(aPng(512, 512))).toBe('ok')
    expect(await codeOf(aPng(513, 1))).toBe('picture_large')
    expect(await codeOf(aPng(1, 60_000, { pixels: Buffer.from('no pixels') }))).toBe('picture_large')
    expect(await codeOf(aPng(0, 8))).toBe('picture_kind')
  })

  test('pixels that unpack to more or less than the size says [V5.2.6, T11]', async () => {
    const bomb = deflateSync(Buffer.alloc(50_000_000))
    expect(await codeOf(aPng(512, 512, { pixels: bomb }))).toBe('picture_kind')
    expect(await codeOf(aPng(512, 512, { pixels: deflateSync(Buffer.alloc(9)) }))).toBe('picture_kind')
  })
})

test('answers any bytes, and what it accepts is clean', async () => {
  const damagedImage = fc
    .tuple(
      fc.constantFrom(...accepted),
      fc.array(fc.tuple(fc.nat(), fc.integer({ max: 255, min: 0 })), { maxLength: 6 }),
    )
    .map(([name, edits]) => {
      const bytes = bytesOf(name)
      for (const [at, value] of edits) bytes[at % bytes.length] = value
      return bytes
    })
  const anyBytes = fc.tuple(
    fc.constantFrom('RIFF\x99\0\0\0WEBP', '\x89PNG\r\n\x1a\n', '\xff\xd8\xff', ''),
    fc.uint8Array(),
  )
  const any = anyBytes.map(([start, rest]) => Buffer.concat([Buffer.from(start, 'latin1'), rest]))
  await fc.assert(
    fc.asyncProperty(fc.oneof(damagedImage, any), async (bytes) => {
      const outcome = await cleanImage(bytes)
      if (outcome.ok) expect((await cleaned(outcome.value)).equals(outcome.value)).toBe(true)
    }),
    { numRuns: 1_000 },
  )
})

/** A PNG of one grey, with one byte a pixel. */
function aPng(
  width: number,
  height: number,
  { extra = Buffer.alloc(0), pixels }: { extra?: Buffer; pixels?: Buffer } = {},
) {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 8
  const data = pixels ?? deflateSync(Buffer.alloc((width + 1) * height))
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunkOf('IHDR', header),
    extra,
    chunkOf('IDAT', data),
    chunkOf('IEND', Buffer.alloc(0)),
  ])
}

function chunkOf(name: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(12 + data.length)
  chunk.writeUInt32BE(data.length)
  chunk.write(name, 4)
  data.copy(chunk, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), 8 + data.length)
  return chunk
}
