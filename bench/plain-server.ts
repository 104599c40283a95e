// Serves the built Next app in the current folder with the site's compression, so that only the pages differ.
import { createServer } from 'node:http'
import path from 'node:path'
import next from 'next'
import { withCompression } from '#lib/server/page-compression.ts'
import { compressStaticFiles, withStaticFiles } from '#lib/server/static-files.ts'

const build = path.resolve('.next')
const port = Number(process.argv[2])
const site = next({ dev: false, dir: '.', hostname: 'localhost', port })
await site.prepare()
await compressStaticFiles(build)
const pages = site.getRequestHandler()
createServer(await withStaticFiles(build, withCompression('session', pages))).listen(port, '127.0.0.1', () => {
  process.stdout.write('ready\n')
})
