// A test certificate authority and a server certificate for localhost.
import { generate } from 'selfsigned'

export interface TestCertificates {
  /** The authority's certificate in PEM, to verify the server's. */
  authority: string
  /** The server's certificate, only for `localhost`. */
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
