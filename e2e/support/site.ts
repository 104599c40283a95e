// A user's steps on the site, by role and label only.
import { expect, type Page, type Response } from '@playwright/test'
import type { Person } from '#e2e/support/person.ts'

export interface ProfileText {
  fullName: string
  bio: string
  age: string
}

/** The answer to a form, with or without JavaScript, and not to what a page's script asks. */
export function isPostedForm(response: Response): boolean {
  return response.request().method() === 'POST' && !new URL(response.url()).pathname.startsWith('/api/')
}

export async function fillSignUp(page: Page, { username, password }: Person, confirmation = password): Promise<void> {
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByLabel('Confirm password').fill(confirmation)
}

export async function signUp(page: Page, person: Person): Promise<void> {
  await fillSignUp(page, person)
  await page.getByRole('button', { name: 'Sign up' }).click()
}

export async function fillLogIn(page: Page, { username, password }: Person): Promise<void> {
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password', { exact: true }).fill(password)
}

export async function logIn(page: Page, person: Person): Promise<void> {
  await fillLogIn(page, person)
  await page.getByRole('button', { name: 'Log in' }).click()
}

/** Follows a link of the sidebar, which is in a menu on a phone. */
export async function goTo(page: Page, place: 'Home' | 'Profile' | 'Security'): Promise<void> {
  await openMenu(page)
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: place }).click()
}

export async function logOut(page: Page): Promise<void> {
  await openMenu(page)
  await page.getByRole('button', { name: 'Log out' }).click()
}

export async function saveProfile(page: Page, { fullName, bio, age }: ProfileText): Promise<void> {
  await page.getByLabel('Full name').fill(fullName)
  await page.getByLabel('Bio').fill(bio)
  await page.getByLabel('Age').fill(age)
  await page.getByRole('button', { name: 'Save profile' }).click()
}

export async function expectProfile(page: Page, { fullName, bio, age }: ProfileText): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Profile')
  const texts = { 'Full name': fullName, Bio: bio, Age: age }
  for (const [label, text] of Object.entries(texts)) await expect(profileEntry(page, label)).toHaveText(text)
}

export interface PasswordChange {
  current: string
  password: string
  confirmation?: string
}

export async function changePassword(
  page: Page,
  { current, password, confirmation = password }: PasswordChange,
): Promise<void> {
  await page.getByLabel('Current password', { exact: true }).fill(current)
  await page.getByLabel('New password', { exact: true }).fill(password)
  await page.getByLabel('Confirm new password', { exact: true }).fill(confirmation)
  await page.getByRole('button', { name: 'Change password' }).click()
}

/** Re-authenticates at /confirm. */
export async function confirm(page: Page, password: string): Promise<void> {
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Confirm' }).click()
}

/** The entries of the list of sessions. */
export function sessionEntries(page: Page) {
  return page.getByRole('region', { name: 'Sessions' }).getByRole('listitem')
}

/** The value under this term of the profile. */
export function profileEntry(page: Page, label: string) {
  const terms = page.getByRole('main').getByRole('term').filter({ hasText: label })
  return page.getByRole('main').getByRole('definition').and(terms.locator('xpath=following-sibling::*[1]'))
}

async function openMenu(page: Page): Promise<void> {
  // Without its style sheet, every page shows the button.
  await page.waitForLoadState()
  const menu = page.getByRole('button', { name: 'Menu' })
  if (await menu.isVisible()) await menu.click()
}
