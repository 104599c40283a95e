// Writes test-results/inventory.md: who may do what, what is stored and for how long, and where the code uses
// cryptography, connections, secrets and native packages. Reads the code, so that no list is maintained by hand.

import { globSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { firstWaitMs, freeFailures, longestWaitMs, mostFailures } from '#lib/auth/lockout/back-off.ts'
import { mostSessions } from '#lib/auth/sessions/sessions.ts'
import { commands } from '#lib/commands.ts'
import { readSettings } from '#lib/config.ts'
import { auditEvents } from '#lib/core/audit/events.ts'
import { minutes } from '#lib/core/clock.ts'
import type { AnyCommand } from '#lib/core/command.ts'
import {
  codeLifeMs,
  compromiseReportLifeMs,
  invitationLifeMs,
  resetLifeMs,
  undoDeletionMs,
} from '#lib/core/lifetimes.ts'
import { rules } from '#lib/core/rate-limits/rate-limits.ts'
import { can, type Permission, rolesByTrust } from '#lib/core/roles/permissions.ts'
import { refusalEvents } from '#lib/core/security-events.ts'
import { kinds } from '#lib/stores/kinds.ts'
import { publicRoutes } from '#lib/web/guards/public-routes.ts'

const root = path.resolve(import.meta.dirname, '..')
const all: AnyCommand[] = Object.values(commands)

interface Section {
  title: string
  head: string[]
  rows: string[][]
}

export function readInventory(): Section[] {
  const files = sources()
  const using = (pattern: RegExp) =>
    files.flatMap((file) => {
      const found = [...withoutTypes(read(file)).matchAll(pattern)].map((match) => match.slice(1).find(Boolean) ?? '')
      return found.length === 0 ? [] : [[file, [...new Set(found)].join(', ')]]
    })
  return [
    { title: 'Roles', head: ['permission', ...rolesByTrust], rows: permissions() },
    { title: 'Pages and handlers', head: ['route', 'asks for', 'password check'], rows: routes(files) },
    {
      title: 'Commands',
      head: ['command', 'permission', 'password check', 'audit event', 'fields'],
      rows: all.map(({ name, permission, reauthenticate, audit, input }) => [
        name,
        permission,
        reauthenticate === undefined ? '' : duration(reauthenticate),
        audit,
        Object.keys(input.shape).join(', '),
      ]),
    },
    {
      title: 'Ways to authenticate',
      head: ['file', 'begins or renews a session, or sets a password'],
      rows: using(
        /\b(auth\.finish|sessions\.renew|accounts\.changePassword|recovery\.(?:reset|reportCompromise))\(/g,
      ).filter(([file = '']) => file.startsWith('lib/features/')),
    },
    { title: 'How long', head: ['what', 'time'], rows: lifetimes() },
    {
      title: 'Rate limits',
      head: ['rule', 'most', 'every'],
      rows: Object.entries(rules).map(([rule, { most, everyMs }]) => [rule, `${most}`, duration(everyMs)]),
    },
    {
      title: 'Fields that are kept',
      head: ['field', 'class'],
      rows: Object.entries(kinds)
        .flatMap(([name, { schema }]) => leavesOf(name, schema))
        .map((field) => [field, classOf(field)]),
    },
    {
      title: 'Events in the log',
      head: ['event', 'kind or file'],
      rows: [
        ...auditEvents.map((event) => [event, 'audit trail']),
        ...refusalEvents.map((event) => [event, 'refusal']),
        ...using(/\.(?:info|warn|error|fatal)\(\s*\{[^}]*?event: '([\w.]+)'|\blogError\(\s*'([\w.]+)'/g).flatMap(
          ([file = '', events = '']) => events.split(', ').map((event) => [event, file]),
        ),
      ],
    },
    {
      title: 'Cryptography',
      head: ['file', 'uses'],
      rows: using(/['"]((?:node:)?crypto|@node-rs\/\w+|iron-\w+|@noble\/[^'"]*)['"]|\b(crypto\.(?:subtle|\w+UUID))/g),
    },
    {
      title: 'Connections',
      head: ['file', 'uses'],
      rows: using(
        /['"](node:(?:https?|http2|net|tls|dns|dgram)|pg|nodemailer|undici|@opentelemetry\/exporter-[^'"]*)['"]|\b(fetch)\(/g,
      ),
    },
    { title: 'Settings that can hold a secret', head: ['setting'], rows: secretSettings().map((name) => [name]) },
    { title: 'Native packages', head: ['package'], rows: nativePackages().map((name) => [name]) },
  ]
}

export function writeInventory(): void {
  const table = ({ title, head, rows }: Section) =>
    [`## ${title}`, '', row(head), row(head.map(() => '---')), ...rows.map(row), ''].join('\n')
  const intro = '# Inventory\n\nWritten from the code by `npm run test:all`. The reasons are in docs/security.\n'
  writeFileSync(path.join(root, 'test-results/inventory.md'), [intro, ...readInventory().map(table)].join('\n'))
}

function row(cells: string[]): string {
  return `| ${cells.join(' | ')} |`
}

function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8')
}

/** Production files: no tests and no files that only tests use. */
function sources(): string[] {
  return globSync(['{app,lib}/**/*.{ts,tsx}', '*.ts'], {
    cwd: root,
    exclude: ['**/*.test.ts', '**/*-for-test.ts', 'lib/stores/contract.ts', 'lib/stores/contract/**', '*.config.ts'],
  })
    .map((file) => file.replaceAll(path.sep, '/'))
    .toSorted()
}

/** Without type-only imports. */
function withoutTypes(source: string): string {
  return source
    .replace(/^import type .*$/gm, '')
    .replace(/(?<=^import [^'"\n]*)\b(type \w+|isIP|STATUS_CODES|IncomingMessage|ServerResponse)\b,? ?/gm, '')
    .replace(/^import \{ *\} from .*$/gm, '')
}

function permissions(): string[][] {
  const known = [
    ...(read('lib/core/roles/permissions.ts').split('rolesByTrust')[0] ?? '').matchAll(/^ {2}\| '(.+)'$/gm),
  ]
  return known.map(([, name = '']) => [
    name,
    ...rolesByTrust.map((role) => (can({ role }, name as Permission) ? 'yes' : '')),
  ])
}

function routes(files: string[]): string[][] {
  return files
    .filter((file) => /^app\/(.*\/)?(page\.tsx|route\.ts)$/.test(file))
    .map((file) => {
      const route = `/${file.replace(/^app\/|\(\w+\)\/|\/?(page\.tsx|route\.ts)$/g, '')}`
      return [route, ...(publicRoutes.includes(route) ? ['anyone', ''] : guardOf(read(file)))]
    })
}

/** The permission and recency that the first guard in this source requires. */
function guardOf(source: string): string[] {
  // lib/core/lifetimes.ts defines how recent an authentication must be.
  const [, guard, argument = ''] = /await require(\w+)\('?([^',)]*)/.exec(source) ?? []
  switch (guard) {
    case 'User':
      return ['a session', '']
    case 'Permission':
    case 'Role':
      return [argument, '']
    case 'RecentAuthentication':
      return [argument, duration(minutes(10))]
    case 'Admin':
      return ['admin', duration(minutes(5))]
    default:
      return ['nothing', '']
  }
}

function lifetimes(): string[][] {
  const { session } = readSettings({})
  return [
    ['a session without activity', duration(session.idleMs)],
    ['a session in all', duration(session.maxMs)],
    ['sessions of one user at a time', `${mostSessions}`],
    ['a code for an address', duration(codeLifeMs)],
    ['a link to a new password', duration(resetLifeMs)],
    ['a link to report a compromise', duration(compromiseReportLifeMs)],
    ['an invitation, the set-up link', duration(invitationLifeMs)],
    ['a deleted account that a log-in brings back', duration(undoDeletionMs)],
    [
      'the wait after wrong passwords',
      `from the ${freeFailures + 1}th on: ${duration(firstWaitMs)}, doubled, at most ${duration(longestWaitMs)}`,
    ],
    ['wrong passwords in a row until the password is void', `${mostFailures}`],
  ]
}

/** `user.profile.age` for a field in an object in a record. */
function leavesOf(name: string, schema: unknown): string[] {
  const inner = unwrapped(schema)
  if (!(inner instanceof z.ZodObject)) return [name]
  return Object.entries(inner.shape).flatMap(([field, one]) => leavesOf(`${name}.${field}`, one))
}

/** Removes a default or null. */
function unwrapped(schema: unknown): unknown {
  const isWrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodNullable
  return isWrapped ? unwrapped(schema.unwrap()) : schema
}

/** A new field counts as personal unless its name says that it is an id, a time, a count or a state. */
function classOf(field: string): string {
  if (/\.(passwordHash|sealed)$/.test(field)) return 'secret'
  if (field === 'reserved.id') return 'personal'
  const isInternal =
    /\.(id|\w+Id|at|\w+At|until|\w+Until|count|role|status|purpose|about|subject|issuedBy|reason|recoveryGeneration|attempts|seq|event|outcome|previous)$/
  return isInternal.test(field) ? 'internal' : 'personal'
}

function secretSettings(): string[] {
  const settings = [...read('lib/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name = '']) => name)
  return settings.filter((name) => /SECRET|PASSWORD$|TOKEN|_KEY|(?<!APP)_URL$/.test(name))
}

interface LockedPackage {
  dev?: boolean
  hasInstallScript?: boolean
  os?: string[]
  optionalDependencies?: Record<string, string>
}

/** Production packages with an install script or with binaries for one platform each. */
function nativePackages(): string[] {
  const locked: Record<string, LockedPackage> = JSON.parse(read('package-lock.json')).packages
  const nameOf = (place: string) => place.replace(/^.*node_modules\//, '')
  const entries = Object.entries(locked)
  const platforms = new Set(entries.filter(([, { os }]) => os !== undefined).map(([place]) => nameOf(place)))
  return entries
    .filter(([place, { dev, os, hasInstallScript, optionalDependencies = {} }]) => {
      if (place === '' || dev || os !== undefined) return false
      return hasInstallScript || Object.keys(optionalDependencies).some((name) => platforms.has(name))
    })
    .map(([place]) => nameOf(place))
}

function duration(ms: number): string {
  const units: [string, number][] = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
    ['second', 1000],
  ]
  const [unit, size] = units.find(([, length]) => ms >= length && ms % length === 0) ?? ['ms', 1]
  const count = ms / size
  return `${count} ${unit}${count === 1 || unit === 'ms' ? '' : 's'}`
}
