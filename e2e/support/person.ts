// Users that no two tests share.
import { randomBytes } from 'node:crypto'

export interface Person {
  username: string
  password: string
}

export function makePerson(): Person {
  const mark = randomBytes(5).toString('hex')
  return { username: `visitor-${mark}`, password: `Lantern ${randomBytes(4).toString('hex')} over the quay` }
}
