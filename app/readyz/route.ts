import { errorCode } from '#lib/core/error-code.ts'
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
  const code = errorCode(error) ?? 'error'
  const cause = error instanceof Error ? errorCode(error.cause) : null
  return cause === null ? code : `${code} (${cause})`
}
