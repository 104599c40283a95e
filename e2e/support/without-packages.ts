// As if none of OpenTelemetry's packages were installed: whatever asks for one is told that there is none, and noted on
// stderr. Loaded only by the harness, with `node --import`.
import { registerHooks } from 'node:module'

registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('@opentelemetry/')) return next(specifier, context)
    process.stderr.write(`asked for ${specifier}\n`)
    throw Object.assign(new Error(`Cannot find package ${specifier}`), { code: 'MODULE_NOT_FOUND' })
  },
})
