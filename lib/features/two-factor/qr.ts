// A QR code as one SVG path, made on the server: no script and no other host sees the key.
import { encode } from 'uqr'

/** The quiet zone of four modules that ISO/IEC 18004 requires. */
const border = 4

/** A square of `size` units; the path draws the dark modules on white. */
export function qrSvg(text: string): { path: string; size: number } {
  const { data, size } = encode(text, { ecc: 'M', border })
  const rows = data.map((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')).join(''))
  return { path: rows.join(''), size }
}
