import { encode } from 'uqr'
import { expect, test } from 'vitest'
import { qrSvg } from './qr.ts'

const uri = 'otpauth://totp/Gatehouse:ada?issuer=Gatehouse&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

test('the path covers the dark modules of the code and nothing else', () => {
  const { path, size } = qrSvg(uri)
  const drawn = Array.from({ length: size }, () => Array<boolean>(size).fill(false))
  const rectangles = [...path.matchAll(/M(\d+) (\d+)h(\d+)v1H(\d+)z/g)]
  for (const [, x, y, width, back] of rectangles) {
    expect(back).toBe(x)
    drawn[Number(y)]?.fill(true, Number(x), Number(x) + Number(width))
  }
  expect(rectangles.map(([text]) => text).join('')).toBe(path)
  expect(drawn).toEqual(encode(uri, { ecc: 'M', border: 4 }).data)
})
