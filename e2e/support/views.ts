// Every page of the site and its main states, for tests that visit all of them.
import { expect, type Locator, type Page, test } from '@playwright/test'
import { firstAdmin, logInAs } from '#e2e/support/admin.ts'
import { Authenticator, readKey, turnOnBy, turnOnIn } from '#e2e/support/authenticator.ts'
import { minutes, seconds } from '#e2e/support/durations.ts'
import { letterTo, pathIn } from '#e2e/support/mailbox.ts'
import { iPhone, logInWithOtherBrowser, outliveProof } from '#e2e/support/other-browser.ts'
import { makePerson, type Person } from '#e2e/support/person.ts'
import type { TestServer } from '#e2e/support/server.ts'
import { changePassword, confirm, fillSignUp, logIn, logOut, saveProfile, signUp } from '#e2e/support/site.ts'
import { findStoredUser } from '#e2e/support/store-contents.ts'

interface View {
  name: string
  show: (page: Page) => Promise<unknown>
}

/** What a member's view may need besides the page: the user, and the server whose clock to move. */
interface Surroundings {
  server: TestServer
  person: Person
}

interface MemberView {
  name: string
  show: (page: Page, around: Surroundings) => Promise<unknown>
}

/** Of each user who turned one on. */
const apps = new WeakMap<Person, Authenticator>()
const appOf = (person: Person) => apps.get(person) ?? new Authenticator('')

const addressOf = ({ username }: Person) => `${username}@example.org`

const filled = {
  fullName: 'Zoë Quist-O’Hara',
  bio: 'Keeps the lamp lit and the keys in order.\n\nAt the desk from nine to five; after that, ask the night porter.',
  age: '41',
}

export const visitorViews: View[] = [
  { name: 'log-in', show: (page) => page.goto('/login') },
  { name: 'log-in-after-idle', show: (page) => page.goto('/login?next=%2Fprofile&reason=idle') },
  { name: 'log-in-after-log-out', show: (page) => page.goto('/login?reason=signed-out') },
  {
    name: 'log-in-refused',
    show: async (page) => {
      await page.goto('/login')
      await logIn(page, makePerson())
      await expect(page.getByRole('alert').filter({ hasText: 'wrong' })).toBeVisible()
    },
  },
  { name: 'forgot-password', show: (page) => page.goto('/forgot-password') },
  { name: 'forgot-password-sent', show: (page) => page.goto('/forgot-password?sent=1') },
  { name: 'reset-password-void', show: (page) => page.goto('/reset-password') },
  { name: 'not-me-void', show: (page) => page.goto('/not-me') },
  { name: 'set-up-void', show: (page) => page.goto('/setup') },
  { name: 'log-in-after-deletion', show: (page) => page.goto('/login?deleted=1') },
  { name: 'sign-up', show: (page) => page.goto('/signup') },
  {
    name: 'sign-up-typing',
    show: async (page) => {
      await page.goto('/signup')
      await fillSignUp(page, { username: 'night-porter', password: 'correct horse' })
      await expect(
        page.getByText('Not strong enough yet.').or(page.getByText('Strong')).or(page.getByText('Weak')),
      ).toBeVisible()
    },
  },
  {
    name: 'sign-up-refused',
    show: async (page) => {
      await page.goto('/signup')
      await fillSignUp(page, { username: 'x', password: 'short' }, 'other')
      await page.getByRole('button', { name: 'Sign up' }).click()
      await expect(page.getByLabel('Username')).toHaveAttribute('aria-invalid', 'true')
    },
  },
]

/** In an order in which each finds what it needs. The user is logged in and has no profile yet. */
export const memberViews: MemberView[] = [
  { name: 'home', show: (page) => page.goto('/') },
  { name: 'not-found', show: (page) => page.goto('/nowhere') },
  { name: 'profile-empty', show: (page) => page.goto('/profile') },
  { name: 'profile-edit', show: (page) => page.goto('/profile/edit') },
  {
    name: 'profile-edit-refused',
    show: async (page) => {
      await page.goto('/profile/edit')
      await saveProfile(page, { fullName: 'x'.repeat(101), bio: 'y'.repeat(2001), age: 'old' })
      await expect(page.getByLabel('Full name')).toHaveAttribute('aria-invalid', 'true')
    },
  },
  {
    name: 'profile-saved',
    show: async (page) => {
      await page.goto('/profile/edit')
      await saveProfile(page, filled)
      await expect(page.getByRole('status').filter({ hasText: 'Profile saved.' })).toBeVisible()
    },
  },
  { name: 'picture', show: (page) => page.goto('/profile/picture') },
  { name: 'picture-refused', show: (page) => page.goto('/profile/picture?refused=picture_kind') },
  { name: 'home-complete', show: (page) => page.goto('/') },
  { name: 'address-add', show: (page) => page.goto('/security/email') },
  {
    name: 'address-verify',
    show: async (page, { server, person }) => {
      await page.goto('/security/email')
      await page.getByLabel('E-mail address').fill(addressOf(person))
      await page.getByRole('button', { name: 'Send code' }).click()
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Verify your e-mail address')
      await page.goto(pathIn(await letterTo(server, addressOf(person), /^Your code: \d{8}/)))
      await expect(page.getByLabel('Code')).not.toHaveValue('')
    },
  },
  { name: 'security-unverified', show: (page) => page.goto('/security') },
  {
    name: 'address-verified',
    show: async (page) => {
      await page.goto('/verify-email')
      await page.getByRole('button', { name: 'Verify' }).click()
      await expect(page.getByRole('status').filter({ hasText: 'E-mail address verified.' })).toBeVisible()
    },
  },
  { name: 'address-change', show: (page) => page.goto('/security/email') },
  { name: 'account', show: (page) => page.goto('/account') },
  { name: 'username-change', show: (page) => page.goto('/security/username') },
  { name: 'account-delete', show: (page) => page.goto('/security/delete') },
  {
    name: 'reset-password',
    show: async (page, { server, person }) => {
      await page.goto('/forgot-password')
      await page.getByLabel('Username or e-mail address').fill(person.username)
      await page.getByRole('button', { name: 'Send link' }).click()
      await page.goto(pathIn(await letterTo(server, addressOf(person), 'Choose a new password')))
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Choose a new password')
    },
  },
  {
    name: 'not-me',
    show: async (page, { server, person }) => {
      await (await logInWithOtherBrowser(server.url, person)).logOut()
      await page.goto(pathIn(await letterTo(server, addressOf(person), 'New log-in to your account')))
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('This was not you?')
    },
  },
  { name: 'security-alone', show: (page) => page.goto('/security') },
  {
    name: 'security',
    show: async (page, { server, person }) => {
      await logInWithOtherBrowser(server.url, person)
      await logInWithOtherBrowser(server.url, person, iPhone)
      await page.goto('/security')
      await expect(page.getByRole('button', { name: 'End session Safari on iOS' })).toBeVisible()
    },
  },
  {
    name: 'security-ended',
    show: async (page) => {
      await page.getByRole('button', { name: 'End session Firefox on Windows' }).click()
      await expect(page.getByRole('status').filter({ hasText: 'Session ended.' })).toBeVisible()
    },
  },
  { name: 'change-password', show: (page) => page.goto('/security/password') },
  {
    name: 'change-password-refused',
    show: async (page) => {
      await page.goto('/security/password')
      await changePassword(page, { current: 'not it', password: 'password123', confirmation: 'other' })
      await expect(page.getByLabel('Confirm new password', { exact: true })).toHaveAttribute('aria-invalid', 'true')
    },
  },
  {
    name: 'confirm',
    show: async (page, { server, person }) => {
      await outliveProof(server, [page], [await logInWithOtherBrowser(server.url, person)])
      await page.goto('/security')
      await page.getByRole('button', { name: 'End session Firefox on Windows' }).click()
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Confirm it is you')
    },
  },
  {
    name: 'confirm-refused',
    show: async (page) => {
      await confirm(page, 'not the password')
      await expect(page.getByLabel('Password', { exact: true })).toHaveAttribute('aria-invalid', 'true')
    },
  },
  {
    name: 'warning',
    show: async (page, { server }) => {
      await page.goto('/profile')
      await whenLeft(page, server, seconds(90), page.getByRole('alertdialog'))
    },
  },
  {
    name: 'draft-offered',
    show: async (page, { server, person }) => {
      await page.goto('/profile/edit')
      await page.getByLabel('Full name').fill('Zoë Quist')
      await whenLeft(page, server, 0, page.getByRole('heading', { name: 'Log in' }))
      await logIn(page, person)
      await expect(page.getByRole('button', { name: 'Restore draft' })).toBeVisible()
    },
  },
  { name: 'two-factor-off', show: (page) => page.goto('/security/two-factor') },
  {
    name: 'two-factor-refused',
    show: async (page, { server, person }) => {
      const app = await readKey(page)
      apps.set(person, app)
      await page.getByLabel('Code').fill(app.wrongCode(server))
      await page.getByRole('button', { name: 'Turn on' }).click()
      await expect(page.getByLabel('Code')).toHaveAttribute('aria-invalid', 'true')
    },
  },
  { name: 'two-factor-codes', show: (page, { server, person }) => turnOnIn(page, appOf(person), server) },
  { name: 'two-factor-on', show: (page) => page.goto('/security/two-factor') },
  {
    name: 'confirm-with-code',
    show: async (page, { server }) => {
      await outliveProof(server, [page], [])
      await page.goto('/security/two-factor')
      await expect(page.getByLabel('Code', { exact: true })).toBeVisible()
    },
  },
  {
    name: 'log-in-code',
    show: async (page, { person }) => {
      await page.goto('/profile')
      await logOut(page)
      await logIn(page, person)
      await expect(page.getByLabel('Code', { exact: true })).toBeFocused()
    },
  },
  {
    name: 'log-in-code-refused',
    show: async (page, { server, person }) => {
      await page.getByLabel('Code', { exact: true }).fill(appOf(person).wrongCode(server))
      await page.getByRole('button', { name: 'Log in' }).click()
      await expect(page.getByLabel('Code', { exact: true })).toHaveAttribute('aria-invalid', 'true')
    },
  },
  { name: 'log-in-recovery-code', show: (page) => page.getByRole('link', { name: 'Use a recovery code' }).click() },
  { name: 'log-in-step-over', show: (page) => page.goto('/login?step=over') },
  {
    name: 'security-second-factor',
    show: async (page, { server, person }) => {
      await page.goto('/login/two-factor?next=%2Fsecurity')
      await page.getByLabel('Remember this browser for 30 days').check()
      await page.getByLabel('Code', { exact: true }).fill(await appOf(person).nextCode(server))
      await page.getByRole('button', { name: 'Log in' }).click()
      await expect(page.getByRole('heading', { name: 'Remembered browsers' })).toBeVisible()
    },
  },
  {
    name: 'keep-second-factor',
    show: async (page, { server, person }) => {
      const admin = await logInAs(server, await firstAdmin(server))
      const { id } = (await findStoredUser(server.store, person.username)) ?? { id: '' }
      await admin.submit(`/admin/users/${id}`, 'Remove second factors', {})
      await page.goto(pathIn(await letterTo(server, addressOf(person), 'Your second factors will be removed')))
      await expect(page.getByRole('button', { name: 'Keep my second factors' })).toBeVisible()
    },
  },
  {
    name: 'security-factor-reset',
    show: async (page) => {
      await page.goto('/security')
      await expect(page.getByRole('button', { name: 'Keep my second factors' })).toBeVisible()
    },
  },
]

/** For a user of a server that requires a second factor of the user's role. */
export const enrolmentViews: MemberView[] = [
  { name: 'two-factor-required', show: (page, { server }) => page.goto(`${server.url}/profile`) },
]

/** Admin pages, for a logged-in admin about another user. */
export const adminViews: MemberView[] = [
  { name: 'admin-overview', show: (page) => page.goto('/admin') },
  {
    name: 'admin-overview-month',
    show: async (page) => {
      await page.goto('/admin?period=month')
      await page.getByText('All figures').click()
    },
  },
  {
    name: 'admin-people',
    show: async (page, { server, person }) => {
      await turnOnBy(await logInAs(server, person), server)
      await page.goto('/admin/users')
    },
  },
  {
    name: 'admin-people-selected',
    show: async (page) => {
      await page.goto('/admin/users?select=all')
      await expect(page.getByRole('button', { name: 'Suspend' })).toBeVisible()
    },
  },
  {
    name: 'admin-suspend-several',
    show: async (page) => {
      await page.getByRole('button', { name: 'Suspend' }).click()
      await expect(page.getByLabel('Reason')).toBeVisible()
    },
  },
  { name: 'admin-people-nobody', show: (page) => page.goto('/admin/users?search=nobody-is-called-so') },
  {
    name: 'admin-person',
    show: async (page, { person }) => {
      await page.goto(`/admin/users?search=${person.username}`)
      await page.getByRole('link', { name: person.username, exact: true }).click()
      await expect(page.getByRole('heading', { level: 1 })).toContainText(person.username)
    },
  },
  {
    name: 'admin-reset-handed-over',
    show: async (page) => {
      await page.getByRole('button', { name: 'Start a password reset' }).click()
      await expect(page.getByText('/reset-password?token=')).toBeVisible()
    },
  },
  {
    name: 'admin-suspend-refused',
    show: async (page) => {
      await page.getByRole('link', { name: 'Suspend' }).click()
      await page.getByRole('button', { name: 'Suspend' }).click()
      await expect(page.getByLabel('Reason')).toHaveAttribute('aria-invalid', 'true')
    },
  },
  {
    name: 'admin-suspended',
    show: async (page) => {
      await page.getByLabel('Reason').fill('Sells honey to the other members')
      await page.getByLabel('Last day').fill('2999-12-31')
      await page.getByRole('button', { name: 'Suspend' }).click()
      await expect(page.getByText('Suspended. All sessions were ended.')).toBeVisible()
    },
  },
  {
    name: 'admin-delete',
    show: async (page) => {
      await page.getByRole('button', { name: 'Lift the suspension' }).click()
      await expect(page.getByText('The suspension was lifted.')).toBeVisible()
      await page.getByRole('link', { name: 'Delete' }).click()
      await expect(page.getByRole('heading', { level: 1 })).toContainText('Delete')
    },
  },
  {
    name: 'admin-invited',
    show: async (page) => {
      await page.goto('/admin/invitations')
      await page.getByRole('button', { name: 'Invite' }).click()
      await expect(page.getByText('The invitation was created.')).toBeVisible()
    },
  },
  {
    name: 'admin-audit',
    show: async (page) => {
      await page.goto('/admin/audit')
      await page.getByText('Suspended').last().click()
    },
  },
  {
    name: 'admin-look',
    show: async (page, { person }) => {
      await page.goto(`/admin/users?search=${person.username}`)
      await page.getByRole('link', { name: person.username, exact: true }).click()
      await page.getByRole('link', { name: 'View as this user' }).click()
      await expect(page.getByLabel('Reason')).toBeVisible()
    },
  },
  {
    name: 'admin-looking',
    show: async (page) => {
      await page.getByLabel('Reason').fill('Says that the profile is empty')
      await page.getByRole('button', { name: 'Start viewing' }).click()
      await expect(page.getByRole('button', { name: 'Stop viewing' })).toBeVisible()
      await page.goto('/')
    },
  },
  { name: 'not-allowed', show: (page) => page.goto('/profile/edit') },
]

/**
 * Moves the server's clock until the session has at most this long left. The page then asks the server, as after a
 * reconnect. Repeats, because late input from the previous page can extend the window again.
 */
async function whenLeft(page: Page, server: TestServer, ms: number, shown: Locator): Promise<void> {
  await expect(async () => {
    const answer = await page.request.get(`${server.url}/api/session`)
    if (answer.ok()) {
      const { idleDeadline, now } = await answer.json()
      await server.advance(Math.max(0, Date.parse(idleDeadline) - Date.parse(now) - ms))
    }
    await page.evaluate(() => dispatchEvent(new Event('online')))
    await expect(shown).toBeVisible({ timeout: 1000 })
  }).toPass()
}

/** Visits one view after the other. Each has its own timeout, independent of their number. */
export async function showViews<Around extends Surroundings | undefined>(
  page: Page,
  views: { name: string; show: (page: Page, around: Around) => Promise<unknown> }[],
  around: Around,
  look: (name: string) => Promise<void>,
): Promise<void> {
  test.setTimeout(0)
  for (const { name, show } of views) {
    const visit = async () => {
      await show(page, around)
      await look(name)
    }
    await test.step(name, visit, { timeout: minutes(3) })
  }
}

/** A phone's menu, opened. */
export const menuView: MemberView = {
  name: 'menu',
  show: async (page) => {
    await page.goto('/')
    await page.getByRole('button', { name: 'Menu' }).click()
    await expect(page.getByRole('button', { name: 'Log out' })).toBeVisible()
  },
}

/** Signs up a user with a readable name for screenshots. */
export async function signUpFor(page: Page, username: string): Promise<Person> {
  const person = { ...makePerson(), username }
  await page.goto('/signup')
  await signUp(page, person)
  await expect(page).toHaveURL('/')
  return person
}
