import { redirect } from 'next/navigation'
import { exportUser } from '#lib/features/data-export/export.ts'
import { services } from '#lib/services.ts'
import { requireRecentAuthentication } from '#lib/web/recent-authentication.ts'
import { recordOwn } from '#lib/web/record.ts'

export const dynamic = 'force-dynamic'

/**
 * All data about the user as a file. After re-authentication the page is shown instead, since a download cannot be a
 * redirect's target.
 */
export async function GET(): Promise<Response> {
  const { user } = await requireRecentAuthentication('manage-own-account', '/security?export=ready')
  const { stores, clock, rateLimits } = await services()
  if ((await rateLimits.take('export', user.id)) > 0) redirect('/security?export=too-often')
  await recordOwn('account.exported', user.id)
  const everything = await exportUser(user.id, stores, clock)
  return new Response(`${JSON.stringify(everything, null, 2)}\n`, {
    headers: {
      'content-type': 'application/json',
      'content-disposition': `attachment; filename="gatehouse-${user.username}.json"`,
      'cache-control': 'no-store',
    },
  })
}
