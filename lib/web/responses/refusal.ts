// Error pages for requests that never reach a page. They are plain documents, since no React tree exists at that point
// and the status must be right. Their style is public/refusal.css.
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

/** Temporary errors. Their page links to the same URL again, if the request was for a page. */
const temporary: readonly RefusalCode[] = ['too_slow', 'busy', 'unavailable']

/** `requestHeaders` select the language and the colours. */
export function refusal(code: RefusalCode, requestHeaders: Headers, method = 'GET'): Response {
  const words = wordsFor(matchLocale(requestHeaders.get('accept-language')))
  const title = escapeHtml(words(`refusals.${code}.title`))
  const body = escapeHtml(words(`refusals.${code}.body`))
  const name = escapeHtml(words('site.name'))
  const mayAskAgain = method === 'GET' && temporary.includes(code)
  const [href, link] = mayAskAgain ? ['', words('refusals.again')] : ['/', words('refusals.home')]
  const status = statuses[code]
  const headers = new Headers({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
  if (status === 503) headers.set('retry-after', String(busySeconds))
  const document = `<!doctype html>
<html lang="${words.locale}" dir="${words.direction}"${themeAttribute(requestHeaders)}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title} · ${name}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/refusal.css">
</head>
<body>
<header><img src="/icon.svg" alt="" width="32" height="32"><span translate="no">${name}</span></header>
<main>
<h1>${title}</h1>
<p>${body}</p>
<a href="${href}">${escapeHtml(link)}</a>
</main>
</body>
</html>
`
  return new Response(document, { status, headers })
}

/** The colours that this browser chose (lib/web/cookies/preferences.ts), if it chose any. */
function themeAttribute(requestHeaders: Headers): string {
  const cookie = requestHeaders.get('cookie') ?? ''
  const [, theme] = /(?:^|; )(?:__Host-)?theme=(light|dark)(?:;|$)/.exec(cookie) ?? []
  return theme === undefined ? '' : ` data-theme="${theme}"`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
