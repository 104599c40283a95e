// The bytes that a page makes a browser load: a real browser says which files, and each is asked for in both encodings.
import { request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { Browser } from '@playwright/test'
import type { Opened } from './client-pages.ts'

export interface Sent {
  br: number
  gzip: number
}

type Kind = 'html' | 'script' | 'css' | 'font' | 'other'

const kinds: Record<string, Kind> = { document: 'html', script: 'script', stylesheet: 'css', font: 'font' }

export async function weighPage(browser: Browser, { url, headers }: Opened) {
  const context = await browser.newContext({ extraHTTPHeaders: headers })
  const page = await context.newPage()
  const files: { kind: Kind; url: string }[] = []
  page.on('request', (asked) => files.push({ kind: kinds[asked.resourceType()] ?? 'other', url: asked.url() }))
  await page.goto(url, { waitUntil: 'networkidle' })
  if (page.url() !== url) throw new Error(`${url} led to ${page.url()}`)
  await context.close()

  const bytes = Object.fromEntries(
    ['html', 'script', 'css', 'font', 'other'].map((kind) => [kind, { br: 0, gzip: 0 }]),
  ) as Record<Kind, Sent>
  for (const file of files.filter(({ kind }) => kind !== 'other')) {
    for (const encoding of ['br', 'gzip'] as const) {
      bytes[file.kind][encoding] += await sizeOf(file.url, { ...headers, 'accept-encoding': encoding })
    }
  }
  return { bytes, requests: files.length }
}

async function sizeOf(url: string, headers: Record<string, string>): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const asked = request(url, { headers: { accept: 'text/html', ...headers } }, (answer) => {
    buffer(answer).then((body) => resolve(body.length), reject)
  })
  asked.on('error', reject).end()
  return promise
}
