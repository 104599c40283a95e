// A QR code as one SVG path, made on the server: no script and no other host sees the key.
import { encode } from 'uqr'

/** The quiet zone of four modules that ISO/IEC 18004 requires. */
const border = 4

/** A square of `size` units; the path draws the dark modules on white. Neighbours in a row are one rectangle. */
export function qrSvg(text: string): { path: string; size: number } {
  const { data, size } = encode(text, { ecc: 'M', border })
  const rows = data.map((row, y) => {
    const modules = row.map((isDark) => (isDark ? '#' : ' ')).join('')
    return [...modules.matchAll(/#+/g)].map(({ 0: run, index: x }) => `M${x} ${y}h${run.length}v1H${x}z`).join('')
  })
  return { path: rows.join(''), size }
}
