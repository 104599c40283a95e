// Every action of the site as its form posts it, whatever page shows the form.
import type { Fields } from '#e2e/support/form-body.ts'
import type { FormMarkup } from '#e2e/support/form-markup.ts'

const newPassword: Fields = [
  ['password', 'Lantern under the bridge 47'],
  ['confirmPassword', 'Lantern under the bridge 47'],
]
const newAccount: Fields = [['username', 'sentinel-signed-up'], ...newPassword]

/** What each action's form carries, so that an unguarded one would find what it wants. */
export const fieldsOf: Record<string, Fields> = {
  'app/(member)/profile/edit/actions.ts#saveProfile': [
    ['fullName', 'Written by nobody'],
    ['bio', ''],
    ['age', '7'],
  ],
  'app/(member)/security/actions.ts#endSession': [['id', 'f'.repeat(64)]],
  'app/(member)/security/actions.ts#endOtherSessions': [],
  'app/(member)/security/password/actions.ts#changePassword': [
    ['currentPassword', 'Sentinel over the quay'],
    ...newPassword,
  ],
  'app/(member)/security/email/actions.ts#giveAddress': [['email', 'sentinel@example.org']],
  'app/(member)/security/email/actions.ts#removeAddress': [],
  'app/(member)/security/username/actions.ts#changeUsername': [['username', 'sentinel']],
  'app/(member)/security/delete/actions.ts#deleteAccount': [],
  'app/(member)/verify-email/actions.ts#verifyEmail': [['code', '12345678']],
  'app/(member)/verify-email/actions.ts#resendCode': [],
  'app/(member)/confirm/actions.ts#confirm': [['password', 'Sentinel over the quay']],
  'app/look/actions.ts#stopLooking': [],
  'app/(admin)/admin/users/actions.ts#changeRole': [
    ['id', 'sentinel'],
    ['role', 'admin'],
  ],
  'app/(admin)/admin/users/actions.ts#suspend': [
    ['id', 'sentinel'],
    ['reason', 'none'],
    ['lastDay', ''],
  ],
  'app/(admin)/admin/users/actions.ts#resume': [['id', 'sentinel']],
  'app/(admin)/admin/users/actions.ts#endSessionsOf': [['id', 'sentinel']],
  'app/(admin)/admin/users/actions.ts#startReset': [['id', 'sentinel']],
  'app/(admin)/admin/users/actions.ts#unlock': [['id', 'sentinel']],
  'app/(admin)/admin/users/actions.ts#deletePerson': [['id', 'sentinel']],
  'app/(admin)/admin/users/actions.ts#restorePerson': [['id', 'sentinel']],
  'app/(admin)/admin/users/actions.ts#lookAs': [
    ['id', 'sentinel'],
    ['reason', 'none'],
  ],
  'app/(admin)/admin/invitations/actions.ts#invite': [
    ['role', 'admin'],
    ['email', ''],
  ],
  'app/(admin)/admin/invitations/actions.ts#withdrawInvitation': [['id', 'sentinel']],
  'app/(visitor)/login/actions.ts#logIn': [
    ['username', 'sentinel'],
    ['password', 'Sentinel over the quay'],
  ],
  'app/(visitor)/signup/actions.ts#signUp': newAccount,
  'app/(visitor)/forgot-password/actions.ts#askForLink': [['email', 'sentinel']],
  'app/(visitor)/reset-password/actions.ts#resetPassword': newPassword,
  'app/(visitor)/not-me/actions.ts#reportCompromise': [],
  'app/(visitor)/setup/actions.ts#finishSetup': newAccount,
  'app/theme/actions.ts#chooseTheme': [['theme', 'dark']],
}

/** A form for this action, without the page that shows it. The hidden fields are as React writes them. */
export function actionForm(actionId: string): FormMarkup {
  return {
    action: '',
    isMultipart: true,
    hidden: [
      ['$ACTION_REF_1', ''],
      ['$ACTION_1:0', JSON.stringify({ id: actionId, bound: '$@1' })],
      ['$ACTION_1:1', JSON.stringify([{ values: {}, errors: {}, alert: null }])],
      ['$ACTION_KEY', 'k0123456789abcdef0123456789abcdef'],
    ],
  }
}
