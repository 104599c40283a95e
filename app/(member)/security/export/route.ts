import { redirect } from 'next/navigation'
import { execute } from '#lib/core/command.ts'
import { exportAccount } from '#lib/features/data-export/commands.ts'
import { services } from '#lib/services.ts'
import { actorOf } from '#lib/web/forms/run-command.ts'
import { requireRecentAuthentication } from '#lib/web/guards/recent-authentication.ts'

export const dynamic = 'force-dynamic'

/** All data about the user as a file. Re-authentication leads back to the page, since a redirect cannot start a download. */
export async function GET(): Promise<Response> {
  const signedIn = await requireRecentAuthentication('manage-own-account', '/account?export=ready')
  const exported = await execute(exportAccount, await actorOf(signedIn), {}, await services())
  if (!exported.ok) redirect('/account?export=too-often')
  return new Response(`${JSON.stringify(exported.value, null, 2)}\n`, {
    headers: {
      'content-type': 'application/json',
      'content-disposition': `attachment; filename="gatehouse-${signedIn.user.username}.json"`,
      'cache-control': 'no-store',
    },
  })
}
