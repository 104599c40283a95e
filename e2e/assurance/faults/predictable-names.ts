// Loaded with `node --import` so that strace knows temporary file names in advance. Only the eight random bytes of such
// a name become a counter; longer secrets stay random.
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

const { randomBytes } = crypto
let made = 0

Object.assign(crypto, {
  randomBytes(size: number) {
    if (size !== 8) return randomBytes(size)
    made += 1
    return Buffer.from(made.toString(16).padStart(16, '0'), 'hex')
  },
})
syncBuiltinESMExports()
