// Every form of the site: where it stands, who may use it, and what it carries when it is filled in well.
import fc from 'fast-check'
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
  type Play,
  setterUp,
  visitor,
} from './cast.ts'
import { type Field, known, text } from './values.ts'

export interface FormTarget {
  page: (actor: Actor) => string
  play: Play
  fields: fc.Arbitrary<Field[]>
  /** Where the site leads when the part is played to its end and somebody else has to take over. */
  spent?: RegExp
}

const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 10, maxLength: 10 })
const username = hex.map((mark) => text(`v-${mark}`))
const email = hex.map((mark) => text(`v-${mark}@example.org`))
const chosen = hex.map((mark) => text(`Harbour ${mark} at low tide`))
const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).map(text)
const empty = fc.constant(text(''))
const role = fc.constantFrom(text('member'), text('guest'), text('admin'))
const none = fc.constant<Field[]>([])
const shownId = fc.constant<Field[]>([['id', known('shown')]])

const fieldsOf = (fields: Record<string, fc.Arbitrary<Field[1]>>): fc.Arbitrary<Field[]> =>
  fc.record(fields).map((values) => Object.entries(values))
const newPassword = (fields: Record<string, fc.Arbitrary<Field[1]>>): fc.Arbitrary<Field[]> =>
  fc
    .record({ ...fields, password: chosen })
    .map((values) => Object.entries({ ...values, confirmPassword: values.password }))

const at = (page: string) => () => page
const ofSubject =
  (rest = '') =>
  ({ known: { subject } }: Actor) =>
    `/admin/users/${subject}${rest}`

const oneself = '/(member)'
const rooms = '/(admin)/admin/users/actions.ts'

export const forms: Record<string, FormTarget> = {
  'app/theme/actions.ts#chooseTheme': {
    page: at('/login'),
    play: visitor,
    fields: fieldsOf({ theme: fc.constantFrom(text('dark'), text('light'), text('system')) }),
  },
  'app/(visitor)/signup/actions.ts#signUp': {
    page: at('/signup'),
    play: visitor,
    fields: newPassword({ username, email: fc.oneof(empty, email), next: fc.constant(text('/profile')) }),
    spent: /^\//,
  },
  'app/(visitor)/login/actions.ts#logIn': {
    page: at('/login'),
    play: knownVisitor,
    fields: fieldsOf({
      username: fc.constantFrom(known('username'), known('bystanderName'), text('nobody-at-all')),
      password: fc.constant(known('password')),
      next: fc.constantFrom(text('/profile'), text('//evil.test')),
    }),
    spent: /^\//,
  },
  'app/(visitor)/forgot-password/actions.ts#askForLink': {
    page: at('/forgot-password'),
    play: knownVisitor,
    fields: fieldsOf({ email: fc.oneof(fc.constantFrom(known('username'), known('bystanderName')), email) }),
  },
  'app/(visitor)/reset-password/actions.ts#resetPassword': {
    page: at('/reset-password'),
    play: forgetful,
    fields: newPassword({ username: fc.constant(known('username')) }),
    spent: /^\/(login\?reset|reset-password)/,
  },
  'app/(visitor)/not-me/actions.ts#reportCompromise': {
    page: at('/not-me'),
    play: compromiseReporter,
    fields: none,
    spent: /^\/not-me/,
  },
  [`app${oneself}/profile/edit/actions.ts#saveProfile`]: {
    page: at('/profile/edit'),
    play: member,
    fields: fieldsOf({
      fullName: words,
      bio: words,
      age: fc.oneof(
        empty,
        fc.nat({ max: 150 }).map((age) => text(`${age}`)),
      ),
    }),
  },
  [`app${oneself}/security/actions.ts#endSession`]: {
    page: at('/security'),
    play: memberLoggedInTwice,
    fields: fc.constantFrom<Field[][]>(
      [['id', known('shown')]],
      [['id', known('shown')]],
      [['id', known('bystanderSession')]],
    ),
    spent: /^\/security\?ended=1/,
  },
  [`app${oneself}/security/actions.ts#endOtherSessions`]: {
    page: at('/security'),
    play: memberLoggedInTwice,
    fields: none,
    spent: /^\/security\?ended=others/,
  },
  [`app${oneself}/security/password/actions.ts#changePassword`]: {
    page: at('/security/password'),
    play: member,
    fields: newPassword({ username: fc.constant(known('username')), currentPassword: fc.constant(known('password')) }),
    spent: /^\/security\?changed/,
  },
  [`app${oneself}/security/email/actions.ts#giveAddress`]: {
    page: at('/security/email'),
    play: member,
    fields: fieldsOf({ email }),
  },
  [`app${oneself}/security/email/actions.ts#removeAddress`]: {
    page: at('/security/email'),
    play: memberWithAddress,
    fields: none,
    spent: /^\/security\?address=removed/,
  },
  [`app${oneself}/security/username/actions.ts#changeUsername`]: {
    page: at('/security/username'),
    play: member,
    fields: fieldsOf({ username }),
    spent: /^\/security\?username=changed/,
  },
  [`app${oneself}/security/delete/actions.ts#deleteAccount`]: {
    page: at('/security/delete'),
    play: member,
    fields: none,
    spent: /^\/login\?deleted/,
  },
  [`app${oneself}/verify-email/actions.ts#verifyEmail`]: {
    page: at('/verify-email'),
    play: memberWithCode,
    fields: fieldsOf({
      code: fc.oneof(
        fc.constant(known('code')),
        fc.nat({ max: 99_999_999 }).map((code) => text(`${code}`.padStart(8, '0'))),
      ),
    }),
    spent: /^\/security\?address/,
  },
  [`app${oneself}/verify-email/actions.ts#resendCode`]: {
    page: at('/verify-email'),
    play: memberWithCode,
    fields: none,
  },
  [`app${oneself}/confirm/actions.ts#confirm`]: {
    page: at('/confirm?next=/profile'),
    play: member,
    fields: fieldsOf({
      username: fc.constant(known('username')),
      password: fc.constantFrom(known('password'), text('not the password')),
      act: fc.oneof(empty, hex.map(text)),
      next: fc.constantFrom(text('/profile'), text('//evil.test')),
    }),
  },
  'app/look/actions.ts#stopLooking': { page: at('/'), play: adminWhoLooks, fields: none, spent: /^\/admin\/users\// },
  [`app${rooms}#changeRole`]: {
    page: ofSubject(),
    play: adminOver(),
    fields: fieldsOf({ id: fc.constant(known('shown')), role }),
  },
  [`app${rooms}#suspend`]: {
    page: ofSubject('/suspend'),
    play: adminOver(),
    fields: fieldsOf({
      id: fc.constant(known('shown')),
      reason: words,
      lastDay: fc.oneof(empty, fc.constant(text('2199-12-31'))),
    }),
    spent: /done=suspended/,
  },
  [`app${rooms}#resume`]: { page: ofSubject(), play: adminOverSuspended, fields: shownId, spent: /done=resumed/ },
  [`app${rooms}#endSessionsOf`]: { page: ofSubject(), play: adminOver(), fields: shownId, spent: /done=ended/ },
  [`app${rooms}#startReset`]: { page: ofSubject(), play: adminOver(), fields: shownId },
  [`app${rooms}#unlock`]: { page: ofSubject(), play: adminOver(), fields: shownId },
  [`app${rooms}#deletePerson`]: {
    page: ofSubject('/delete'),
    play: adminOver(),
    fields: shownId,
    spent: /done=deleted/,
  },
  [`app${rooms}#restorePerson`]: { page: ofSubject(), play: adminOverDeleted, fields: shownId, spent: /done=restored/ },
  [`app${rooms}#lookAs`]: {
    page: ofSubject('/look'),
    play: adminOver(),
    fields: fieldsOf({ id: fc.constant(known('shown')), reason: words }),
    spent: /^\/$/,
  },
  'app/(admin)/admin/invitations/actions.ts#invite': {
    page: at('/admin/invitations'),
    play: adminOver(),
    fields: fieldsOf({ role, email: fc.oneof(empty, email) }),
  },
  'app/(admin)/admin/invitations/actions.ts#withdrawInvitation': {
    page: at('/admin/invitations'),
    play: adminWithInvitation,
    fields: shownId,
    spent: /done=withdrawn/,
  },
}

/** While there is no admin yet: on a site of its own. */
export const setUpForm: [action: string, FormTarget] = [
  'app/(visitor)/setup/actions.ts#finishSetup',
  { page: at('/setup'), play: setterUp, fields: newPassword({ username }) },
]
