// For bench/nonce.ts: loaded before the server, it keeps the policy from Next, whose pages are then without a nonce.
// Throws when the place that it changes is gone.
import { registerHooks } from 'node:module'

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (!url.endsWith('/lib/server/answers.ts')) return loaded
    const before = String(loaded.source)
    const source = before.replace("request.headers['content-security-policy'] = policy", '')
    if (source === before) throw new Error('The policy could not be kept from Next')
    return { ...loaded, source }
  },
})
