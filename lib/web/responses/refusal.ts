// Error pages for requests that never reach a page. They are plain documents, since no React tree exists at that point
// and the status must be right.
import { busySeconds } from '#lib/words/message-for.ts'
import { matchLocale, wordsFor } from '#lib/words/words.ts'

const statuses = {
  bad_request: 400,
  wrong_origin: 403,
  origin_unknown: 403,
  not_found: 404,
  too_slow: 408,
  length_required: 411,
  too_large: 413,
  unsupported: 415,
  expectation: 417,
  headers_too_large: 431,
  busy: 503,
  unavailable: 503,
  log_out_unrecorded: 503,
} as const

export type RefusalCode = keyof typeof statuses

/** `requestHeaders` select the language. */
export function refusal(code: RefusalCode, requestHeaders: Headers): Response {
  const words = wordsFor(matchLocale(requestHeaders.get('accept-language')))
  const title = escapeHtml(words(`refusals.${code}.title`))
  const body = escapeHtml(words(`refusals.${code}.body`))
  const status = statuses[code]
  const headers = new Headers({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
  if (status === 503) headers.set('retry-after', String(busySeconds))
  const document = `<!doctype html>
<html lang="${words.locale}" dir="${words.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title} · Gatehouse</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
</head>
<body>
<main>
<h1>${title}</h1>
<p>${body}</p>
<p><a href="/">${escapeHtml(words('refusals.home'))}</a></p>
</main>
</body>
</html>
`
  return new Response(document, { status, headers })
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
