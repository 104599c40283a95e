// A certificate for `localhost` for a single run.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Certificate } from './recording-proxy.ts'
import { folderFor } from './tools.ts'

/** With the file that a client must trust. */
export function makeCertificate(): Certificate & { file: string } {
  const folder = folderFor('tls')
  const [key, file] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')]
  const { status, stderr } = spawnSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', file],
    ],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`openssl made no certificate: ${stderr}`)
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(file, 'utf8'), file }
}
