// Simulates missing OpenTelemetry packages: imports fail and are reported on stderr. Loaded only by the tests with
// `node --import`.
import { registerHooks } from 'node:module'

registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('@opentelemetry/')) return next(specifier, context)
    process.stderr.write(`asked for ${specifier}\n`)
    throw Object.assign(new Error(`Cannot find package ${specifier}`), { code: 'MODULE_NOT_FOUND' })
  },
})
