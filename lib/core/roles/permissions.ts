// What each role may do: the one table that pages, actions and handlers ask. What is not in it is not allowed.
import type { Role, UserRecord } from '../../stores/types.ts'

/** Logging in, looking at one's own pages and logging out need none. */
export type Permission =
  /** Full name, bio, age. */
  | 'change-profile'
  /** Password, e-mail address, username. */
  | 'change-account'
  /** End one's own sessions, take a copy of one's data along, delete the account. */
  | 'leave'
  | 'see-people'
  | 'change-people'
  | 'look-as-person'
  | 'invite'
  | 'see-audit'

/** Every role, the one that may least first. */
export const rolesByTrust: readonly Role[] = ['guest', 'member', 'admin']

const ofGuests: readonly Permission[] = ['leave']
const ofMembers: readonly Permission[] = [...ofGuests, 'change-profile', 'change-account']

const granted: Record<Role, readonly Permission[]> = {
  guest: ofGuests,
  member: ofMembers,
  admin: [...ofMembers, 'see-people', 'change-people', 'look-as-person', 'invite', 'see-audit'],
}

/**
 * For a token by which a user passes on a right: whether that user has the right now. A link must not outlive the role,
 * suspension or deletion of whoever made it.
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
