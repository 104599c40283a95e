import { services } from '#lib/services.ts'

export const dynamic = 'force-dynamic'

const headers = { 'cache-control': 'no-store' }

/** Readiness: the store can be read and written. Only a code is sent; paths and addresses stay in the log. */
export async function GET(): Promise<Response> {
  try {
    const { stores } = await services()
    await stores.checkReady()
    return Response.json({ status: 'ok' }, { headers })
  } catch (error) {
    return Response.json({ status: 'unavailable', reason: errorCodes(error) }, { status: 503, headers })
  }
}

/** Such as "store_unavailable (ENOSPC)". */
function errorCodes(error: unknown): string {
  const code = codeOf(error) ?? 'error'
  const cause = error instanceof Error ? codeOf(error.cause) : null
  return cause === null ? code : `${code} (${cause})`
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? String(error.code) : null
}
