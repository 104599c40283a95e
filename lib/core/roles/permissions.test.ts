import { expect, test } from 'vitest'
import { roles } from '../../stores/types.ts'
import { can, type Permission, rolesByTrust } from './permissions.ts'

test('a guest may leave, a member keeps an account, an admin sees to the others', () => {
  const permissions: Permission[] = ['leave', 'change-profile', 'change-account', 'see-people', 'invite', 'see-audit']
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

test('the list of roles has every one', () => {
  expect(rolesByTrust.toSorted()).toEqual([...roles].toSorted())
})

test('what nobody has heard of is not allowed', () => {
  for (const role of roles) expect(can({ role }, 'everything' as Permission)).toBe(false)
})
