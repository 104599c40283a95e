// Attacks on account recovery by a thief who knows the password, owns a mailbox and runs a script faster than the
// owner. Each runs over HTTP and returns the outcome for the account.
import { firstAdmin, logInAs } from '#e2e/support/admin.ts'
import { Client } from '#e2e/support/client.ts'
import { minutes } from '#e2e/support/durations.ts'
import { codeIn, letterTo, pathIn } from '#e2e/support/mailbox.ts'
import { makePerson, type Person } from '#e2e/support/person.ts'
import type { TestServer } from '#e2e/support/server.ts'
import { findStoredUser } from '#e2e/support/store-contents.ts'

export type Claim = 'not me' | 'forgotten password' | 'administrator'

interface Owner extends Person {
  address: string
}

/** More attempts than any bot needs, and few enough that no rate limit helps the owner. */
const tries = 4

/** A thief who changes the password repeatedly and uses only what the password allows. */
class Thief {
  readonly browser: Client
  #password: string
  readonly #username: string
  #changes = 0

  constructor(origin: string, { username, password }: Person) {
    this.browser = new Client(origin)
    this.#username = username
    this.#password = password
  }

  logIn(): Promise<unknown> {
    return this.browser.logIn({ username: this.#username, password: this.#password })
  }

  /** Whether the password was changed. */
  async changePassword(): Promise<boolean> {
    if (!(await this.browser.isSignedIn())) await this.logIn()
    if (!(await this.browser.isSignedIn())) return false
    this.#changes += 1
    const password = `Skeleton key number ${this.#changes} of the burglar`
    const answer = await this.browser.submit('/security/password', 'Change password', {
      currentPassword: this.#password,
      password,
      confirmPassword: password,
    })
    if (answer.location !== '/security?changed=1') return false
    this.#password = password
    return true
  }

  /** Gives the account another address and verifies it. */
  async takeAddress(server: TestServer, address: string): Promise<void> {
    await this.browser.submit('/security/email', 'Send code', { email: address })
    const code = codeIn(await letterTo(server, address, /^Your code: \d{8}/))
    await this.browser.submit('/verify-email', 'Verify', { code })
    // Codes are sent at most once a minute.
    await server.advance(minutes(1))
  }
}

/** Whether the owner recovers the account while a bot logs in and changes the password after each of their steps. */
export async function recoverAgainstBot(server: TestServer, claim: Claim): Promise<boolean> {
  const owner = await signUpOwner(server)
  const thief = new Thief(server.url, owner)
  await thief.changePassword()
  const browser = new Client(server.url)
  if (claim === 'not me') {
    await browser.open(pathIn(await letterTo(server, owner.address, 'Your password was changed')))
    await browser.submit('/not-me', 'Secure my account', {})
  } else if (claim === 'forgotten password') {
    await browser.submit('/forgot-password', 'Send link', { email: owner.username })
  } else {
    const { id } = (await findStoredUser(server.store, owner.username)) ?? { id: '' }
    const admin = await logInAs(server, await firstAdmin(server))
    await admin.submit(`/admin/users/${id}`, 'Start a password reset', {})
  }
  const link = pathIn(await letterTo(server, owner.address, 'Choose a new password'))
  for (let n = 0; n < tries; n += 1) await thief.changePassword()
  const isBack = await resetAndLogIn(browser, owner, link)
  return isBack && !(await thief.changePassword())
}

/**
 * Whether the owner keeps the account after “this was not me” and a reset, when the thief had moved it to two of their
 * addresses and uses every link mailed to the first, `before` or `after` the owner acts.
 */
export async function keepFromEarlierAddress(server: TestServer, when: 'before' | 'after'): Promise<boolean> {
  const owner = await signUpOwner(server)
  const thief = new Thief(server.url, owner)
  await thief.logIn()
  const own = `thief-of-${owner.address}`
  await thief.takeAddress(server, own)
  await thief.takeAddress(server, `second-${own}`)
  const wayBack = pathIn(await letterTo(server, own, 'Your e-mail address was changed'))
  const press = async () => {
    await thief.browser.open(wayBack)
    const shown = await thief.browser.open('/not-me')
    if (shown.text.includes('Secure my account')) await thief.browser.submit('/not-me', 'Secure my account', {})
  }

  const browser = new Client(server.url)
  if (when === 'before') await press()
  await browser.open(pathIn(await letterTo(server, owner.address, 'Your e-mail address was changed')))
  const shown = await browser.open('/not-me')
  if (!shown.text.includes('Secure my account')) return false
  await browser.submit('/not-me', 'Secure my account', {})
  const link = pathIn(await letterTo(server, owner.address, 'Choose a new password'))
  if (!(await resetAndLogIn(browser, owner, link))) return false
  if (when === 'after') await press()
  return browser.isSignedIn()
}

async function signUpOwner(server: TestServer): Promise<Owner> {
  const [browser, person] = [new Client(server.url), makePerson()]
  const address = `${person.username}@example.org`
  const fields = { ...person, confirmPassword: person.password, email: address }
  await browser.submit('/signup', 'Sign up', fields)
  const code = codeIn(await letterTo(server, address, /^Your code: \d{8}/))
  await browser.submit('/verify-email', 'Verify', { code })
  await server.advance(minutes(1))
  return { ...person, address }
}

async function resetAndLogIn(browser: Client, owner: Owner, link: string): Promise<boolean> {
  await browser.open(link)
  const shown = await browser.open('/reset-password')
  if (!shown.text.includes('Set password')) return false
  const password = `${owner.password}, back again`
  await browser.submit('/reset-password', 'Set password', { password, confirmPassword: password })
  await browser.logIn({ username: owner.username, password })
  return browser.isSignedIn()
}
