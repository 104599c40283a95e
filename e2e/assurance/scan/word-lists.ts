// Lists for guessing: paths that a site may expose by mistake, in addition to Debian's list, and passwords.
import { existsSync, readFileSync } from 'node:fs'

/** Of Debian's package dirb: 4,614 common names. */
const commonFile = '/usr/share/dirb/wordlists/common.txt'

const mistakes = [
  ...['.env', '.env.local', '.env.production', '.git/HEAD', '.git/config', '.gitignore', '.DS_Store', '.npmrc'],
  ...[
    'package.json',
    'package-lock.json',
    'next.config.mjs',
    'middleware.ts',
    'tsconfig.json',
    'README.md',
    'Dockerfile',
  ],
  ...['data/secret', 'data/users.json', 'data/sessions.json', 'data/gatehouse.db', 'gatehouse.db', 'users.json'],
  ...['data/outbox', 'outbox', 'secret', 'backup.zip', 'backup.tar.gz', 'dump.sql', 'lib/config.ts', 'node_modules'],
  ...['.next/BUILD_ID', '.next/server/server-reference-manifest.json', '_next/BUILD_ID', '_next/server', '_next/data'],
  ...[
    '_next/static/../../package.json',
    '_next/static/%2e%2e/%2e%2e/package.json',
    '%2e%2e/package.json',
    '..%2fdata/secret',
  ],
  ...[
    '_next/image?url=%2Ficon.svg&w=64&q=75',
    '__nextjs_original-stack-frame',
    '_next/webpack-hmr',
    'api',
    'api/users',
  ],
  ...['admin.php', 'wp-login.php', 'server-status', 'actuator/health', 'metrics', 'debug', 'graphql', 'swagger.json'],
]

export function pathsToGuess(): string[] {
  const common = existsSync(commonFile) ? readFileSync(commonFile, 'utf8').split('\n') : []
  return [...new Set([...common, ...mistakes])].filter((word) => word !== '' && !word.includes('#'))
}

/** `count` common passwords, the right one last. */
export function passwordsToGuess(count: number, right: string): string[] {
  const usual = ['password', 'qwertyuiop', 'letmein-please', 'iloveyou', 'sunshine', 'princess', 'football']
  const numbered = Array.from({ length: count - 1 }, (_, n) => `${usual[n % usual.length]}${2000 + n}`)
  return [...numbered, right]
}
