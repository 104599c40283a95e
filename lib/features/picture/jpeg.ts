// JPEG: ITU-T T.81, annex B. Keeps what decoding needs: tables, frame, scans.
import type { Rewrite, Size } from './rewrite.ts'

const marker = {
  startOfImage: 0xd8,
  endOfImage: 0xd9,
  startOfScan: 0xda,
  quantizationTables: 0xdb,
  restartInterval: 0xdd,
  huffmanTables: 0xc4,
  adobe: 0xee,
}
/** Baseline, extended sequential and progressive, with Huffman coding: what browsers show. */
const frames = [0xc0, 0xc1, 0xc2]
const kept = [marker.quantizationTables, marker.restartInterval, marker.huffmanTables]

export const rewriteJpeg: Rewrite = async (bytes) => {
  const parts: Buffer[] = [Buffer.from([0xff, marker.startOfImage])]
  let size: Size | null = null
  let hasScan = false
  let at = 2
  while (at + 2 <= bytes.length) {
    if (bytes[at] !== 0xff) return null
    const type = bytes[at + 1]
    // Fill bytes (B.1.1.2).
    if (type === 0xff) {
      at += 1
      continue
    }
    if (type === marker.endOfImage) {
      if (size === null || !hasScan) return null
      return { ...size, bytes: Buffer.concat([...parts, Buffer.from([0xff, marker.endOfImage])]) }
    }
    if (type === undefined || type < 0xc0 || at + 4 > bytes.length) return null
    const end = at + 2 + bytes.readUInt16BE(at + 2)
    if (end < at + 4 || end > bytes.length) return null
    const segment = bytes.subarray(at, end)
    if (frames.includes(type)) {
      const found: Size | null = size === null ? readFrame(segment) : null
      if (found === null) return null
      size = found
      parts.push(segment)
    } else if (kept.includes(type)) parts.push(segment)
    else if (type === marker.adobe) parts.push(...withoutRest(segment))
    else if (type === marker.startOfScan) {
      if (size === null) return null
      const scanEnd = endOfScan(bytes, end)
      if (scanEnd === null) return null
      parts.push(bytes.subarray(at, scanEnd))
      hasScan = true
      at = scanEnd
      continue
    } else if (!isLeftOut(type)) return null
    at = end
  }
  return null
}

/** Application data and comments. */
function isLeftOut(type: number): boolean {
  return (type >= 0xe0 && type <= 0xef) || type === 0xfe
}

/** Grey or colour with 8 bits a sample. No image of a profile has the four components of print. */
function readFrame(segment: Buffer): Size | null {
  const components = segment[9]
  if (segment.length < 10 || segment[4] !== 8 || (components !== 1 && components !== 3)) return null
  if (segment.length !== 10 + 3 * components) return null
  return { height: segment.readUInt16BE(5), width: segment.readUInt16BE(7) }
}

/** The transform of colours decides how an image looks, so it stays, in a segment of fixed length. */
function withoutRest(segment: Buffer): Buffer[] {
  if (segment.length < 16 || segment.toString('latin1', 4, 9) !== 'Adobe') return []
  const transform = segment[15] === 0 ? 0 : 1
  return [Buffer.from([0xff, marker.adobe, 0, 14, ...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, transform])]
}

/** The next marker after the coded data, where a zero is stuffed after 0xff, and restarts are numbered. */
function endOfScan(bytes: Buffer, start: number): number | null {
  for (let at = bytes.indexOf(0xff, start); at !== -1 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at
  }
  return null
}
