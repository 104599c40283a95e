// REQUIRE_TWO_FACTOR: the roles whose sessions need a second factor.
import type { AuthenticationMethod, Role } from '../../stores/types.ts'

/** Whether the role requires a second factor that the session does not have. Such a session reaches enrolment only. */
export function lacksRequiredFactor(
  role: Role,
  given: readonly AuthenticationMethod[],
  requiredFor: readonly Role[],
): boolean {
  return requiredFor.includes(role) && !isTwoFactor(given)
}

/** Each method but the password is a second factor, or both: a passkey's device verified its user. */
export function isTwoFactor(given: readonly AuthenticationMethod[]): boolean {
  return given.some((method) => method !== 'password')
}
