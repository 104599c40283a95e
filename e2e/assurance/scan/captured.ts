// A form's request as a browser without JavaScript sends it, written down for tools that repeat requests.
import type { Client } from '#e2e/support/client.ts'
import { encodeMultipart } from '#e2e/support/form-body.ts'

export interface Captured {
  path: string
  /** The button that sends it; null for a URL that is only opened. */
  button: string | null
  fields: Record<string, string>
}

/** The request with a session and hidden fields. */
export async function capture(client: Client, { path, button, fields }: Captured): Promise<string> {
  const cookie = () => [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const { origin } = client
  if (button === null) {
    return request('GET', `${path}?${new URLSearchParams(fields)}`, origin, { Cookie: cookie() })
  }
  const { form } = await client.findForm(path, button)
  const hidden = form.hidden.filter(([name]) => fields[name] === undefined)
  const { body, headers } = encodeMultipart([...hidden, ...Object.entries(fields)])
  return request(
    'POST',
    form.action || path,
    origin,
    { Cookie: cookie(), 'Content-Type': headers['content-type'] },
    String(body),
  )
}

/** With placeholders for ffuf. */
export function request(
  method: string,
  path: string,
  origin: string,
  headers: Record<string, string>,
  body = '',
): string {
  const given = Object.entries({ Host: new URL(origin).host, Origin: origin, ...headers }).filter(
    ([, value]) => value !== '',
  )
  const lines = [`${method} ${path} HTTP/1.1`, ...given.map(([name, value]) => `${name}: ${value}`)]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}
