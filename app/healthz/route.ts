/** The process answers. Says nothing about the store: that is /readyz. */
export function GET(): Response {
  return Response.json({ status: 'ok' }, { headers: { 'cache-control': 'no-store' } })
}
