// How long links, codes, reservations and password checks last. The timeouts of a session are settings (lib/config.ts).
import { days, hours, minutes } from './clock.ts'

/** A mailed code: long enough for a slow mail, and five tries of 100 million are no risk. */
export const codeLifeMs = minutes(10)
/** As long as the rate limit's window: a user who may get no new link has one that still works. */
export const resetLifeMs = hours(1)
export const compromiseReportLifeMs = hours(72)
export const invitationLifeMs = days(7)
/** Between password and second factor: long enough to find the phone. */
export const logInStepMs = minutes(5)
/** A passkey's challenge: WebAuthn Level 3, 15.1, recommends five minutes for a ceremony with user verification. */
export const passkeyChallengeMs = minutes(5)
/** A browser that needs no second factor. NIST SP 800-63B-4 limits an AAL1 session to 30 days. */
export const rememberedBrowserMs = days(30)
/** What a user has to find out that an administrator is removing the second factors, and to stop it. */
export const factorResetDelayMs = hours(24)
/** As long again, in case the server is down when it is due. */
export const factorResetLifeMs = 2 * factorResetDelayMs
/** A log-in within this time undoes the deletion of an account. */
export const undoDeletionMs = days(14)
/** A username stays reserved for the user who gave it up. */
export const usernameReservedMs = days(90)
/**
 * How old the password check may be for changes to one's own account. NIST SP 800-63B-4 and OWASP ASVS 5.0, 7.5.1, name no
 * number; this is as long as the idle timeout.
 */
export const ownReauthenticationMs = minutes(10)
/** The same for pages and commands that concern other users' accounts. */
export const adminReauthenticationMs = minutes(5)
