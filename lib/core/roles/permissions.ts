// The permissions of each role, as one table for pages, actions and handlers. Everything else is forbidden.
import type { Role, UserRecord } from '../../stores/types.ts'

/** Logging in and out and viewing one's own pages need none. */
export type Permission =
  /** Full name, bio, age. */
  | 'change-profile'
  /** Password, e-mail address, username. */
  | 'change-account'
  /** End own sessions, choose a time zone, export own data, delete the account. */
  | 'manage-own-account'
  | 'see-people'
  | 'change-people'
  | 'impersonate'
  | 'invite'
  | 'see-audit'

/** All roles, from the fewest permissions to the most. */
export const rolesByTrust: readonly Role[] = ['guest', 'member', 'admin']

const ofGuests: readonly Permission[] = ['manage-own-account']
const ofMembers: readonly Permission[] = [...ofGuests, 'change-profile', 'change-account']

const granted: Record<Role, readonly Permission[]> = {
  guest: ofGuests,
  member: ofMembers,
  admin: [...ofMembers, 'see-people', 'change-people', 'impersonate', 'invite', 'see-audit'],
}

/**
 * Whether the issuer of a token may still pass this right on. A link must not outlive its issuer's role, suspension or
 * deletion.
 */
export function mayPassOn(
  giver: Pick<UserRecord, 'role' | 'status' | 'deletedAt'> | null,
  permission: Permission,
): boolean {
  return giver?.status === 'active' && giver.deletedAt === null && can(giver, permission)
}

export function can({ role }: { role: Role }, permission: Permission): boolean {
  return granted[role].includes(permission)
}
