// Loaded with `node --import` where strace has to know the names of temporary files before they are made. Only the
// eight bytes that such a name has are counted up; secrets, which are longer, stay random.
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
