import { services } from '#lib/services.ts'
import { may, requireUser } from '#lib/web/guards/current-user.ts'

/**
 * A profile picture, for its owner and for those who may see people. Any other id is answered like one without a
 * picture. The URL has the version, so browsers keep the image; a log-out empties their cache. Our server adds the
 * policy of images (lib/server/answers.ts).
 */
export async function GET(request: Request, { params }: RouteContext<'/api/picture/[id]'>): Promise<Response> {
  const signedIn = await requireUser('/')
  const { id } = await params
  const isVisible = id === signedIn.user.id || may(signedIn, 'see-people')
  const picture = isVisible ? await (await services()).pictures.find(id) : null
  if (picture === null) return new Response(null, { status: 404, headers: { 'cache-control': 'no-store' } })
  const { bytes, type, version } = picture
  const tag = `"${version}"`
  const isCurrent = new URL(request.url).searchParams.get('v') === version
  const headers = {
    'cache-control': isCurrent ? 'private, max-age=86400, immutable' : 'private, no-cache',
    'x-content-type-options': 'nosniff',
    etag: tag,
  }
  if (request.headers.get('if-none-match') === tag) return new Response(null, { status: 304, headers })
  const disposition = `inline; filename="picture.${type.slice('image/'.length)}"`
  return new Response(new Uint8Array(bytes), {
    headers: {
      ...headers,
      'content-type': type,
      'content-disposition': disposition,
    },
  })
}
