// Every form of the site: its sender, its page and valid values. They follow from the action's schema and permission;
// `exceptions` lists what does not.
import fc from 'fast-check'
import { pageOf, readSiteActions, type SiteAction } from '#e2e/support/site-actions.ts'
import { can } from '#lib/core/roles/permissions.ts'
import {
  type Actor,
  adminOver,
  adminOverDeleted,
  adminOverSuspended,
  adminWhoLooks,
  adminWithInvitation,
  compromiseReporter,
  forgetful,
  knownVisitor,
  member,
  memberLoggedInTwice,
  memberWithAddress,
  memberWithCode,
  type Scenario,
  setterUp,
  visitor,
} from './actors.ts'
import { type Field, known, text, type Value } from './values.ts'

export interface FormTarget {
  action: SiteAction
  page: (actor: Actor) => string
  scenario: Scenario
  fields: fc.Arbitrary<Field[]>
  /** Where the site redirects when the scenario is over and needs a new user. */
  spent?: RegExp
}

interface Exception {
  page?: string
  scenario?: Scenario
  fields?: Record<string, fc.Arbitrary<Value>>
  spent?: RegExp
}

const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 10, maxLength: 10 })
const email = hex.map((mark) => text(`v-${mark}@example.org`))
const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).map(text)
const empty = fc.constant(text(''))
const ownName = fc.constant(known('username'))

/** By field name, in any form. */
const values: Record<string, fc.Arbitrary<Value>> = {
  username: hex.map((mark) => text(`v-${mark}`)),
  password: hex.map((mark) => text(`Harbour ${mark} at low tide`)),
  currentPassword: fc.constant(known('password')),
  email: fc.oneof(empty, email),
  code: fc.oneof(
    fc.constant(known('code')),
    fc.nat({ max: 99_999_999 }).map((code) => text(`${code}`.padStart(8, '0'))),
  ),
  id: fc.constant(known('shown')),
  ids: fc.constantFrom(known('subject'), text('x,y')),
  role: fc.constantFrom(text('member'), text('guest'), text('admin')),
  lastDay: fc.oneof(empty, fc.constant(text('2199-12-31'))),
  age: fc.oneof(
    empty,
    fc.nat({ max: 150 }).map((age) => text(`${age}`)),
  ),
  act: fc.oneof(empty, hex.map(text)),
  next: fc.constantFrom(text('/profile'), text('//evil.test')),
  theme: fc.constantFrom(text('dark'), text('light'), text('system')),
  timeZone: fc.constantFrom(text(''), text('Asia/Tokyo'), text('UTC'), text('Nowhere/At_All')),
}

const exceptions: Record<string, Exception> = {
  chooseTheme: { page: '/login' },
  signUp: { fields: { next: fc.constant(text('/profile')) }, spent: /^\// },
  logIn: {
    scenario: knownVisitor,
    fields: {
      username: fc.constantFrom(known('username'), known('bystanderName'), text('nobody-at-all')),
      password: fc.constant(known('password')),
    },
    spent: /^\//,
  },
  askForLink: {
    scenario: knownVisitor,
    fields: { email: fc.oneof(fc.constantFrom(known('username'), known('bystanderName')), email) },
  },
  resetPassword: { scenario: forgetful, fields: { username: ownName }, spent: /^\/(login\?reset|reset-password)/ },
  reportCompromise: { scenario: compromiseReporter, spent: /^\/not-me/ },
  finishSetup: { scenario: setterUp },
  endSession: {
    scenario: memberLoggedInTwice,
    fields: { id: fc.constantFrom(known('shown'), known('shown'), known('bystanderSession')) },
    spent: /^\/security\?ended=1/,
  },
  endOtherSessions: { scenario: memberLoggedInTwice, spent: /^\/security\?ended=others/ },
  changePassword: { fields: { username: ownName }, spent: /^\/security\?changed/ },
  addEmail: { fields: { email } },
  removeEmail: { scenario: memberWithAddress, spent: /^\/security\?address=removed/ },
  changeUsername: { spent: /^\/account\?username=changed/ },
  deleteAccount: { spent: /^\/login\?deleted/ },
  verifyEmail: { scenario: memberWithCode, spent: /^\/security\?address/ },
  resendCode: { scenario: memberWithCode },
  confirm: {
    page: '/confirm?next=/profile',
    fields: { username: ownName, password: fc.constantFrom(known('password'), text('not the password')) },
  },
  endImpersonation: { page: '/', scenario: adminWhoLooks, spent: /^\/admin\/users\// },
  suspend: { spent: /done=suspended/ },
  resume: { scenario: adminOverSuspended, spent: /done=resumed/ },
  endSessionsOf: { spent: /done=ended/ },
  suspendSeveral: { spent: /did=suspend/ },
  endSessionsOfSeveral: { spent: /did=sessions/ },
  deletePerson: { spent: /done=deleted/ },
  restorePerson: { scenario: adminOverDeleted, spent: /done=restored/ },
  viewAs: { spent: /^\/$/ },
  withdrawInvitation: { scenario: adminWithInvitation, spent: /done=withdrawn/ },
}

const all = readSiteActions().map(targetOf)

/** Needs a site without an admin. */
export const setUpForm = all.find(({ action }) => action.export === 'finishSetup') as FormTarget
export const forms = all.filter((target) => target !== setUpForm)

function targetOf(action: SiteAction): FormTarget {
  const { page, scenario = usualScenario(action), fields = {}, spent } = exceptions[action.export] ?? {}
  const names = Object.keys(action.schema.shape)
  const drawn = names.filter((name) => name !== 'confirmPassword')
  return {
    action,
    page: ({ known: { subject = 'x' } }) => page ?? pageOf(action, subject),
    scenario,
    fields: fc
      .record(Object.fromEntries(drawn.map((name) => [name, fields[name] ?? values[name] ?? words])))
      .map((one) =>
        Object.entries(names.includes('confirmPassword') ? { ...one, confirmPassword: one.password ?? text('') } : one),
      ),
    ...(spent && { spent }),
  }
}

function usualScenario({ name, command }: SiteAction): Scenario {
  if (/^app\/(\(visitor\)|theme)\//.test(name)) return visitor
  const permission = command?.permission
  const isAdmins =
    permission !== undefined &&
    permission !== 'anyone' &&
    permission !== 'signed-in' &&
    permission !== 'operator' &&
    !can({ role: 'member' }, permission)
  return isAdmins ? adminOver() : member
}
