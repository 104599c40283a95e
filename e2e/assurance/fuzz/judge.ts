// Sends a request and checks what holds for every answer.
import { expect } from 'vitest'
import type { Client } from '#e2e/support/client.ts'
import type { Answer, Request } from '#e2e/support/http.ts'
import { maxBodyBytes } from '#lib/web/forms/body-limit.ts'
import { type FuzzedSite, leadsTo } from './site.ts'

/** Null when the body was too large and the server closed the connection, which is allowed. */
export async function sendTo(client: Client, request: Request): Promise<Answer | null> {
  try {
    return await client.send(request)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null
    const isTooLarge = Buffer.byteLength(request.body ?? '') > maxBodyBytes
    if (isTooLarge && (code === 'EPIPE' || code === 'ECONNRESET')) return null
    throw cause
  }
}

/** `isAdmin`: sent with a live admin's cookie, who may see users. */
export function expectHarmless(
  answer: Answer,
  request: Request,
  { secrets, hash, server }: FuzzedSite,
  { isAdmin }: { isAdmin: boolean },
): void {
  const { status, headers, text } = answer
  expect(status, `${request.method} ${request.path}: ${text.slice(0, 300)}`).toBeLessThan(500)
  const told = JSON.stringify(headers) + text
  for (const secret of isAdmin ? [hash] : [hash, ...secrets]) {
    expect(told.includes(secret), `the answer holds “${secret.slice(0, 20)}”`).toBe(false)
  }
  const to = leadsTo(answer)
  if (to !== null) expect(new URL(to, server.url).origin, `leads to ${to}`).toBe(new URL(server.url).origin)
}
