// The smallest Next app: what its framework alone sends to a browser. Measured by bench/client.ts.
import path from 'node:path'

/** @type {import('next').NextConfig} */
export default {
  compress: false,
  typescript: { ignoreBuildErrors: true },
  turbopack: { root: path.resolve(import.meta.dirname, '../..') },
}
