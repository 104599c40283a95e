// Under which route a request is counted. Anyone can ask for any path; the figures know few.
import { isPublicRoute } from '../../web/public-routes.ts'

/** A public page or handler by its own path, the rest by where it belongs. */
export function routeClass(path: string): string {
  if (isPublicRoute(path)) return path
  if (path.startsWith('/_next/')) return '/_next'
  if (path === '/admin' || path.startsWith('/admin/')) return '/admin'
  return path.startsWith('/api/') ? '/api' : 'page'
}

/** Of HTTP's methods those that a site meets; OpenTelemetry's name for all others. */
export function methodClass(method: string | undefined): string {
  return known.has(method ?? '') ? String(method) : '_OTHER'
}

const known = new Set(['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'])
