// A certificate authority that nobody trusts yet, and what it vouches for: a server that is called localhost.
import { generate } from 'selfsigned'

export interface TestCertificates {
  /** Of the authority, in PEM: whoever has it can check the server's. */
  authority: string
  /** Of the server, for `localhost` and no other name. */
  certificate: string
  key: string
}

export async function makeCertificates(): Promise<TestCertificates> {
  const options = { keyType: 'ec', algorithm: 'sha256' } as const
  const authority = await generate([{ name: 'commonName', value: 'Authority of a test' }], {
    ...options,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...options,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  })
  return { authority: authority.cert, certificate: server.cert, key: server.private }
}
