// WebP: https://developers.google.com/speed/webp/docs/riff_container
import type { Rewrite, Size } from './rewrite.ts'

interface Chunk {
  name: string
  data: Buffer
}

/** In the extended header: there is an alpha channel. */
const alphaFlag = 0x10
const animationFlag = 0x02

export const rewriteWebp: Rewrite = async (bytes) => {
  const chunks = readChunks(bytes)
  const pixels = chunks?.filter(({ name }) => name === 'VP8 ' || name === 'VP8L') ?? []
  const [image] = pixels
  if (!chunks || !image || pixels.length !== 1) return null
  if (chunks.some(({ name }) => name === 'ANIM' || name === 'ANMF')) return null
  const size = image.name === 'VP8 ' ? sizeOfLossy(image.data) : sizeOfLossless(image.data)
  if (size === null) return null
  const [header, ...otherHeaders] = chunks.filter(({ name }) => name === 'VP8X')
  if (header === undefined) return chunks[0] === image ? { ...size, bytes: write([image]) } : null
  const isPlain = header === chunks[0] && header.data.length === 10 && otherHeaders.length === 0
  if (!isPlain || ((header.data[0] ?? 0) & animationFlag) !== 0) return null
  const { width, height } = canvasOf(header.data)
  if (width !== size.width || height !== size.height) return null
  // A lossless image has its alpha channel within.
  const alpha = image.name === 'VP8 ' ? chunks.filter(({ name }) => name === 'ALPH') : []
  if (alpha.length > 1) return null
  return { ...size, bytes: write(alpha.length === 0 ? [image] : [extendedHeader(size), ...alpha, image]) }
}

/** Null when the chunks do not fill the file's own length. Bytes after it are left out. */
function readChunks(bytes: Buffer): Chunk[] | null {
  const end = 8 + bytes.readUInt32LE(4)
  if (end > bytes.length) return null
  const chunks: Chunk[] = []
  let at = 12
  while (at + 8 <= end) {
    const length = bytes.readUInt32LE(at + 4)
    if (at + 8 + length > end) return null
    chunks.push({ name: bytes.toString('latin1', at, at + 4), data: bytes.subarray(at + 8, at + 8 + length) })
    at += 8 + length + (length % 2)
  }
  return at === end || at === end + 1 ? chunks : null
}

/** RFC 6386, 9.1: a key frame with its start code. The two upper bits of each side are for scaling. */
function sizeOfLossy(data: Buffer): Size | null {
  if (data.length < 10 || ((data[0] ?? 1) & 1) !== 0 || data.readUIntBE(3, 3) !== 0x9d012a) return null
  return { width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff }
}

/** RFC 9649, 3.4: a signature, then 14 bits of each side less one, and the version in the last three. */
function sizeOfLossless(data: Buffer): Size | null {
  if (data.length < 5 || data[0] !== 0x2f) return null
  const bits = data.readUInt32LE(1)
  return bits >>> 29 === 0 ? { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 } : null
}

function canvasOf(header: Buffer): Size {
  return { width: header.readUIntLE(4, 3) + 1, height: header.readUIntLE(7, 3) + 1 }
}

function extendedHeader({ width, height }: Size): Chunk {
  const data = Buffer.alloc(10)
  data[0] = alphaFlag
  data.writeUIntLE(width - 1, 4, 3)
  data.writeUIntLE(height - 1, 7, 3)
  return { name: 'VP8X', data }
}

function write(chunks: Chunk[]): Buffer {
  const body = chunks.flatMap(({ name, data }) => {
    const head = Buffer.alloc(8)
    head.write(name, 'latin1')
    head.writeUInt32LE(data.length, 4)
    return [head, data, Buffer.alloc(data.length % 2)]
  })
  const file = Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBP', 'latin1'), ...body])
  file.writeUInt32LE(file.length - 8, 4)
  return file
}
