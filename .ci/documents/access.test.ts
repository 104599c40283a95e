// docs/security/access.md says what the code does: roles, routes, actions, acts, ways in and limits.
import { expect, test } from 'vitest'
import { hasRecentAuthentication } from '#lib/auth/sessions/window.ts'
import { commands } from '#lib/commands.ts'
import { readSettings } from '#lib/config.ts'
import { days, hours, minutes } from '#lib/core/clock.ts'
import type { AnyCommand } from '#lib/core/command.ts'
import { codeLifeMs, compromiseReportLifeMs, resetLifeMs } from '#lib/core/mail/letter.ts'
import { can, type Permission, rolesByTrust } from '#lib/core/roles/permissions.ts'
import { invitationLifeMs } from '#lib/features/invitations/invitations.ts'
import { publicRoutes } from '#lib/web/public-routes.ts'
import { handlerPaths } from '#lib/web/request-guard.ts'
import { read, sources, tableUnder, tableWithHead } from './tables.ts'

const document = 'docs/security/access.md'
const text = read(document).replace(/\s+/g, ' ')

test('every permission stands in the table of roles, with the roles that have it [V8.1.1]', () => {
  const inCode = [
    ...(read('lib/core/roles/permissions.ts').split('rolesByTrust')[0] ?? '').matchAll(/^ {2}\| '(.+)'$/gm),
  ]
  const rows = tableUnder('Roles', document)
  expect(rows.map(([name]) => name).toSorted()).toEqual(inCode.map((match) => match[1]).toSorted())
  for (const [name, ...marks] of rows) {
    const granted = rolesByTrust.map((role) => (can({ role }, name as Permission) ? 'yes' : ''))
    expect(marks, name).toEqual(granted)
  }
})

test('every page and handler stands in the table, with what its first statement asks for [V8.1.1]', () => {
  const files = sources('app/**/page.tsx', 'app/**/route.ts')
  const inCode = files.map((file) => {
    const route = `/${file.replace(/^app\/|\(\w+\)\/|\/?(page\.tsx|route\.ts)$/g, '')}`
    return [route, ...(publicRoutes.includes(route) ? ['anyone', ''] : askedBy(read(file)))]
  })
  const icon = ['/icon.svg', 'anyone', '']
  const rows = tableUnder('Pages and handlers', document).map((row) => row.slice(0, 3))
  expect(rows.toSorted()).toEqual([...inCode, icon].toSorted())
})

test('only the handlers that the folder has are spared the checks of forms', () => {
  const routes = sources('app/**/route.ts').map((file) => `/${file.replace(/^app\/|\(\w+\)\/|\/route\.ts$/g, '')}`)
  // Middleware leaves the health checks alone, and so Next's own handling of a route, which runs no action.
  expect([...handlerPaths, '/healthz', '/readyz'].toSorted()).toEqual(routes.toSorted())
})

test('every command stands in the table, with its permission and the age of the proof [V8.1.1]', () => {
  const inCode = Object.values<AnyCommand>(commands).map(({ name, permission, reauthenticate }) => [
    name,
    permission,
    reauthenticate === undefined ? '' : `${reauthenticate / minutes(1)} min`,
  ])
  expect(tableWithHead('command', document).toSorted()).toEqual(inCode.toSorted())
})

test('the thresholds of what else decides are those of the code [V8.1.3, V8.1.4]', () => {
  const rows = new Map(tableUnder('What else decides', document).map(([what, , , threshold]) => [what, threshold]))
  const { session } = readSettings({})
  expect(rows.get('last act of the person')).toBe(`${session.idleMs / 1000} s`)
  expect(rows.get('beginning of the session')).toBe(`${session.maxMs / hours(1)} h`)
  expect(rows.get('last proof of the password')).toBe('10 min, 5 min for admins')
  expect(hasRecentAuthentication({ provedAt: 0 }, minutes(10) - 1)).toBe(true)
  expect(hasRecentAuthentication({ provedAt: 0 }, minutes(10))).toBe(false)
})

test('every action that begins or renews a session or sets a password stands among the ways in [V6.1.3]', () => {
  const doing = /\b(beginSession|renewSession|recovery\.(reset|reportCompromise))\(/
  const inCode = sources('app/**/*.ts').filter((file) => doing.test(read(file)))
  const rows = tableUnder('Ways to authenticate', document)
  const places = [...new Set(rows.map(([, where]) => where))].filter((where) => where !== 'every request')
  expect(places.toSorted()).toEqual(inCode.map((file) => file.replace(/^app\/|\/actions\.ts$/g, '')).toSorted())
  for (const [, , strength, , throttle] of rows) expect(`${strength}${throttle}`).not.toBe('')
})

test('the links that let somebody in live as long as their table says [V6.1.3]', () => {
  const lives = new Map(tableUnder('Ways to authenticate', document).map(([way = '', , , life]) => [way, life]))
  expect(lives.get('`invitation` link')).toContain(`${invitationLifeMs / days(1)} days`)
  expect(lives.get('`reset-password` link')).toContain(`${resetLifeMs / minutes(1)} minutes`)
  expect(lives.get('`disown` link (“this was not me”)')).toContain(`${compromiseReportLifeMs / hours(1)} hours`)
  expect(text).toContain(`A code of eight digits (26 bits, ${codeLifeMs / minutes(1)} minutes`)
})

test('the limits of a session are documented as they are, with NIST’s reasons [V7.1.1]', () => {
  const { session } = readSettings({})
  expect([session.idleMs, session.maxMs]).toEqual([minutes(10), hours(12)])
  const rows = new Map(tableUnder('What ends one', 'docs/sessions.md').map(([limit, how = '']) => [limit, how]))
  expect(rows.get('ten minutes without the person')).toMatch(/SESSION_IDLE_SECONDS.*NIST SP 800-63B-4/)
  expect(rows.get('twelve hours in any case')).toMatch(/SESSION_MAX_SECONDS.*NIST/)
})

/** What the first guard in this source asks for, and how old the proof of the password may be. Empty without a guard. */
function askedBy(source: string): string[] {
  const [, guard, argument = ''] = /await require(\w+)\('([^']*)'/.exec(source) ?? []
  switch (guard) {
    case 'User':
      return ['a session', '']
    case 'Permission':
      return [argument, '']
    case 'RecentProof':
      return [argument, '10 min']
    case 'Role':
      return [argument, '']
    default:
      return /await requireAdmin\(/.test(source) ? ['admin', '5 min'] : []
  }
}
