// SHA-256 for values that are already unguessable. For passwords, see password.ts.
import { createHash } from 'node:crypto'

export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}
