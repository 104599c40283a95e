// SHA-256 for values that are already unguessable. For passwords, see password.ts.
import { hash } from 'node:crypto'

export function sha256(text: string): string {
  return hash('sha256', text)
}
