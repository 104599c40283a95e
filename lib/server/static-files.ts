// The site's scripts, styles and fonts, compressed once at the build. Their names contain a hash of their content, so
// browsers keep them for ever.
import { glob, readFile, writeFile } from 'node:fs/promises'
import type { IncomingMessage, RequestListener } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import Negotiator from 'negotiator'

const prefix = '/_next/static/'
const types: Record<string, string> = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' }
const encodings = { br: '.br', gzip: '.gz' } as const
type Encoding = keyof typeof encodings
/** Best first. */
const offered = Object.keys(encodings) as Encoding[]

const compress: Record<Encoding, (content: Buffer) => Promise<Buffer>> = {
  br: (content) => promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  gzip: (content) => promisify(gzip)(content, { level: 9 }),
}

/** Writes a compressed copy beside each text file of the build in this folder. Fonts are compressed already. */
export async function compressStaticFiles(build: string): Promise<void> {
  const paths = await Array.fromAsync(glob('static/**/*.{js,css}', { cwd: build }))
  // Zlib works on other threads, so two cores are busy.
  await Promise.all(
    paths.flatMap((path) =>
      offered.map(async (encoding) => {
        const full = join(build, path)
        await writeFile(full + encodings[encoding], await compress[encoding](await readFile(full)))
      }),
    ),
  )
}

/**
 * Sends the compressed copies, from memory (half a megabyte in all), and leaves every other request to `next`: for
 * clients without compression, and for parts of files. A build without copies loses only the compression.
 */
export async function withStaticFiles(build: string, next: RequestListener): Promise<RequestListener> {
  const copies = new Map<string, Buffer>()
  for await (const path of glob('static/**/*.{br,gz}', { cwd: build })) {
    copies.set(`/_next/${path.replaceAll('\\', '/')}`, await readFile(join(build, path)))
  }
  return (request, response) => {
    const encoding = encodingFor(request)
    const path = request.url?.replace(/[?#].*$/s, '') ?? ''
    const copy = encoding === undefined ? undefined : copies.get(path + encodings[encoding])
    if (encoding === undefined || copy === undefined) return next(request, response)
    const type = types[path.slice(path.lastIndexOf('.') + 1)]
    response.writeHead(200, {
      'content-type': type,
      'content-encoding': encoding,
      'content-length': copy.length,
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'Accept-Encoding',
    })
    response.end(request.method === 'HEAD' ? undefined : copy)
  }
}

function encodingFor(request: IncomingMessage): Encoding | undefined {
  if (!request.url?.startsWith(prefix) || request.headers.range !== undefined) return undefined
  const accepted = new Negotiator(request).encodings([...offered])
  return offered.find((encoding) => accepted.includes(encoding))
}
