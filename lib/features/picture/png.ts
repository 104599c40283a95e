// PNG, third edition: https://www.w3.org/TR/png-3/
import { promisify } from 'node:util'
import { crc32, deflate, inflate } from 'node:zlib'
import { isSmall, type Rewrite, type Size } from './rewrite.ts'

interface Chunk {
  name: string
  data: Buffer
}

interface Header extends Size {
  bitsPerPixel: number
  isIndexed: boolean
  isInterlaced: boolean
}

const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
const [inflated, deflated] = [promisify(inflate), promisify(deflate)]

/** By colour type: samples of a pixel, and their possible depths. */
const colourTypes: Record<number, { samples: number; depths: readonly number[] }> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
}

/** Adam7: the first column and row of each pass, and the steps. */
const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const

export const rewritePng: Rewrite = async (bytes) => {
  const chunks = readChunks(bytes)
  const [head] = chunks ?? []
  const header = head?.name === 'IHDR' ? readHeader(head.data) : null
  if (chunks === null || head === undefined || header === null) return null
  // Animated (APNG).
  if (chunks.some(({ name }) => name === 'acTL' || name === 'fcTL')) return null
  // Before the pixels are unpacked.
  if (!isSmall(header)) return { ...header, bytes: Buffer.alloc(0) }
  const named = (name: string) => chunks.filter((chunk) => chunk.name === name)
  const [palettes, transparency] = [named('PLTE'), named('tRNS')]
  if (palettes.length > 1 || transparency.length > 1 || named('IHDR').length > 1) return null
  if (header.isIndexed && palettes.length === 0) return null
  const length = lengthOfPixels(header)
  const packed = Buffer.concat(named('IDAT').map(({ data }) => data))
  const pixels = await inflated(packed, { maxOutputLength: length }).catch(() => null)
  if (pixels?.length !== length) return null
  // Packed anew, because bytes may hide behind the end of a stream.
  const repacked = { name: 'IDAT', data: await deflated(pixels, { level: 9 }) }
  const kept = [head, ...palettes, ...transparency, repacked, { name: 'IEND', data: Buffer.alloc(0) }]
  return { width: header.width, height: header.height, bytes: Buffer.concat([signature, ...kept.flatMap(write)]) }
}

/** Up to the end of the image. Bytes after it are left out. */
function readChunks(bytes: Buffer): Chunk[] | null {
  const chunks: Chunk[] = []
  let at = signature.length
  while (at + 12 <= bytes.length) {
    const length = bytes.readUInt32BE(at)
    if (at + 12 + length > bytes.length) return null
    const name = bytes.toString('latin1', at + 4, at + 8)
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== bytes.readUInt32BE(at + 8 + length)) return null
    if (name === 'IEND') return chunks
    chunks.push({ name, data: bytes.subarray(at + 8, at + 8 + length) })
    at += 12 + length
  }
  return null
}

function readHeader(data: Buffer): Header | null {
  if (data.length !== 13) return null
  const [depth = 0, type = 0, compression = 0, filter = 0, interlacing = 0] = data.subarray(8)
  const colours = colourTypes[type]
  if (!colours?.depths.includes(depth) || compression !== 0 || filter !== 0 || interlacing > 1) return null
  return {
    width: data.readUInt32BE(0),
    height: data.readUInt32BE(4),
    bitsPerPixel: colours.samples * depth,
    isIndexed: type === 3,
    isInterlaced: interlacing === 1,
  }
}

/** Of the unpacked rows, each with a byte for its filter. */
function lengthOfPixels({ width, height, bitsPerPixel, isInterlaced }: Header): number {
  const areaOf = (columns: number, rows: number) =>
    columns === 0 ? 0 : rows * (1 + Math.ceil((columns * bitsPerPixel) / 8))
  if (!isInterlaced) return areaOf(width, height)
  return passes.reduce((sum, [left, top, right, down]) => {
    return sum + areaOf(Math.ceil((width - left) / right), Math.ceil((height - top) / down))
  }, 0)
}

function write({ name, data }: Chunk): Buffer[] {
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return [length, body, sum]
}
