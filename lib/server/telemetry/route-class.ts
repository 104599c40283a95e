// The route label of a request's metrics. Clients can request any path, so the labels are a closed set.
import { isPublicRoute } from '../../web/guards/public-routes.ts'

/** The path of a public page or handler, or the area of any other path. */
export function routeClass(path: string): string {
  if (isPublicRoute(path)) return path
  if (path.startsWith('/_next/')) return '/_next'
  if (path === '/admin' || path.startsWith('/admin/')) return '/admin'
  return path.startsWith('/api/') ? '/api' : 'page'
}

/** A common HTTP method, or OpenTelemetry's name for all others. */
export function methodClass(method: string | undefined): string {
  return known.has(method ?? '') ? String(method) : '_OTHER'
}

const known = new Set(['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'])
