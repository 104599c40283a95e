// What the three formats have in common.

/** In bytes. The browser makes some 20 kB; this leaves room for those without JavaScript. */
export const largestImage = 256 * 1024
/** In pixels, of either side. */
export const longestSide = 512

export interface Size {
  width: number
  height: number
}

/** The image written anew, and its size in pixels. Null for anything but a complete still image. */
export type Rewrite = (bytes: Buffer) => Promise<(Size & { bytes: Buffer }) | null>

export function isSmall({ width, height }: Size): boolean {
  return width <= longestSide && height <= longestSide
}
