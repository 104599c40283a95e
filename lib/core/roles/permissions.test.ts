import { expect, test } from 'vitest'
import { roles } from '../../stores/types.ts'
import { can, type Permission, rolesByTrust } from './permissions.ts'

test('guests manage sessions and deletion, members their account, admins other users', () => {
  const permissions: Permission[] = [
    'manage-own-account',
    'change-profile',
    'change-account',
    'see-people',
    'invite',
    'see-audit',
  ]
  const table = (['admin', 'member', 'guest'] as const).map((role) => [
    role,
    permissions.filter((permission) => can({ role }, permission)).length,
  ])
  expect(table).toEqual([
    ['admin', 6],
    ['member', 3],
    ['guest', 1],
  ])
})

test('rolesByTrust has every role', () => {
  expect(rolesByTrust.toSorted()).toEqual([...roles].toSorted())
})

test('an unknown permission is not granted', () => {
  for (const role of roles) expect(can({ role }, 'everything' as Permission)).toBe(false)
})
