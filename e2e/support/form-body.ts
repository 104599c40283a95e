// Bodies of posted forms. Multipart is built byte by byte, so that a test can send what no browser would.
export type Part = string | Buffer | { filename: string; content: string | Buffer }
export type Fields = readonly (readonly [name: string, part: Part])[]

const boundary = '----gatehouse-e2e-boundary'

export interface Encoded {
  body: Buffer | string
  headers: { 'content-type': string }
}

export function encodeUrl(fields: [name: string, value: string][]): Encoded {
  const body = new URLSearchParams(fields).toString()
  return { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } }
}

export function encodeMultipart(fields: Fields): Encoded {
  const chunks = fields.flatMap(([name, part]) => {
    const isFile = typeof part === 'object' && !Buffer.isBuffer(part)
    const file = isFile ? `; filename="${part.filename}"\r\nContent-Type: text/plain` : ''
    return [
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`),
      Buffer.from(isFile ? part.content : part),
      Buffer.from('\r\n'),
    ]
  })
  return {
    body: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  }
}

/** The body that React posts when a script calls an action: the state first, then the fields under a number. */
export function encodeActionCall(fields: Fields): Encoded {
  const state = { values: {}, errors: {}, alert: null }
  const numbered = fields.map(([name, part]) => [`_1_${name}`, part] as const)
  return encodeMultipart([...numbered, ['0', JSON.stringify([state, '$K1'])]])
}
