// The words of mails in English; see en.ts.

export const mail = {
  greeting: 'Hello {username},',
  greeting_unknown: 'Hello,',
  footer: 'Sent by {site} at {origin}. Nobody reads answers to this address.',
  facts: { when: 'When', browser: 'Browser', address: 'Network address' },
  for_all: 'It may have happened more than once within the hour. This mail is for all of them.',
  not_me: {
    lead: 'If it was not you, secure your account: it ends every session, removes the second factors added in the last {life} and starts a new password. The link is good for {life}.',
    button: 'This was not me',
  },
  'verify-email': {
    subject: 'Your code: {code}',
    lead: 'Enter this code to verify that {address} is yours:',
    button: 'Open the form with the code filled in',
    limits: 'The code works for {life}, once.',
    ignore: 'If you did not ask for it, do nothing: without the code the address is not used.',
  },
  'address-in-use': {
    subject: 'Your address was entered for another account',
    lead: 'Somebody entered {address} for another account. It is yours already, so nothing was changed.',
    rest: 'If that was you, log in to this account, or remove the address from it first.',
  },
  'address-replaced': {
    subject: 'Your address was removed from an account',
    lead: 'An address that was verified before {address} secured the account with “This was not me” or a new password. It took the place of this one, and every session ended:',
    expected: 'If the account is yours and this was not you, ask an administrator of the site for help.',
  },
  'reset-password': {
    subject: 'Choose a new password',
    lead: 'Somebody asked for a new password for your account. If it was you, choose one here:',
    button: 'Choose a new password',
    limits: 'The link works for {life}, once.',
    ignore: 'If it was not you, do nothing: your password stays as it is.',
  },
  'reset-started': {
    subject: 'Choose a new password',
    lead: 'The old password of your account no longer works, and every session was ended. Choose a new password here:',
  },
  invitation: {
    subject: 'You are invited',
    subject_by: '{inviter} invites you',
    lead: 'You are invited to {origin}. Sign up here with a username and a password of your choice:',
    lead_by: '{inviter} invites you to {origin}. Sign up here with a username and a password of your choice:',
    role: 'Your role will be: {role}.',
    button: 'Sign up',
    limits: 'The link works for 7 days, once.',
    ignore: 'If you do not know who that is, do nothing.',
  },
  'new-device': {
    subject: 'New log-in to your account',
    lead: 'Somebody logged in to your account with a browser that was not used before:',
    expected: 'If it was you, there is nothing to do.',
  },
  'password-changed': {
    subject: 'Your password was changed',
    lead: 'The password of your account was changed, and other sessions were ended:',
    expected: 'If it was you, there is nothing to do.',
  },
  'password-locked': {
    subject: 'Somebody is guessing your password',
    lead: 'There were 100 wrong passwords in a row for your account, so the password no longer works in browsers that you have not used before. The last one came from here:',
    expected: 'Browsers that you logged in with before go on working. Everywhere else, choose a new password first.',
  },
  'address-changed': {
    subject: 'Your e-mail address was changed',
    lead: 'Your account now has another e-mail address; mails no longer come to this one:',
    expected: 'If it was you, there is nothing to do.',
  },
  'address-removed': {
    subject: 'Your e-mail address was removed',
    lead: 'Your account no longer has this e-mail address:',
    expected: 'If it was you, there is nothing to do.',
  },
  'two-factor-on': {
    subject: 'An authenticator app was added',
    lead: 'Somebody added an authenticator app to your account. From now on a log-in with the password also needs a code:',
    expected: 'If it was you, there is nothing to do.',
  },
  'two-factor-off': {
    subject: 'The authenticator app was removed',
    lead: 'Somebody removed the authenticator app of your account. Its codes no longer work:',
    expected: 'If it was you, there is nothing to do.',
  },
  'two-factor-locked': {
    subject: 'Somebody is guessing your codes',
    lead: 'Somebody who knows your password entered 100 wrong codes in a row, so codes no longer work in browsers that you have not used before. The last one came from here:',
    expected:
      'Change your password in a browser that you used before, then turn the authenticator app off and on: codes then work everywhere again.',
  },
  'recovery-codes-new': {
    subject: 'New recovery codes were made',
    lead: 'Somebody made new recovery codes for your account. The earlier ones no longer work:',
    expected: 'If it was you, there is nothing to do.',
  },
  'recovery-code-used': {
    subject: 'A recovery code was used',
    lead: 'Somebody used a recovery code of your account. It does not work again:',
    expected: 'If it was you, there is nothing to do. {left, plural, other {# recovery codes are left}}.',
    few: '{left, plural, =0 {No recovery code is left} one {# recovery code is left} other {# recovery codes are left}}. If it was you, make new ones now:',
    button: 'Make new recovery codes',
  },
  'passkey-added': {
    subject: 'A passkey was added',
    lead: 'Somebody added a passkey to your account. It logs in without the password:',
    expected: 'If it was you, there is nothing to do.',
  },
  'passkey-removed': {
    subject: 'A passkey was removed',
    lead: 'Somebody removed a passkey from your account. It no longer logs in:',
    expected: 'If it was you, there is nothing to do.',
  },
  'username-changed': {
    subject: 'Your username was changed',
    lead: 'The username of your account is {username} now, and you log in with it:',
    expected: 'If it was you, there is nothing to do.',
  },
  'account-deleted': {
    subject: 'Your account was deleted',
    lead: 'Your account was deleted. Everything about it is erased in 14 days:',
    expected: 'If it was you, there is nothing to do. A log-in before then brings the account back.',
  },
  'account-restored': {
    subject: 'Your account is back',
    lead: 'Somebody logged in to your deleted account, which keeps it from being erased:',
    expected: 'If it was you, there is nothing to do.',
  },
  ask_admin: 'If that is not right, ask an administrator of this site.',
  'role-changed': {
    subject: 'Your role was changed',
    lead: 'An administrator of this site changed the role of your account. It is {role} now.',
  },
  suspended: {
    subject: 'Your account was suspended',
    lead: 'An administrator of this site suspended your account. Every session ended, and nobody can log in until the suspension is lifted.',
    lead_until:
      'An administrator of this site suspended your account until {until}. Every session ended, and nobody can log in before then.',
  },
  'suspension-ended': {
    subject: 'Your account is no longer suspended',
    lead: 'The suspension of your account is over.',
  },
  'account-restored-by-admin': {
    subject: 'Your account is back',
    lead: 'An administrator of this site brought your deleted account back.',
  },
  'picture-removed-by-admin': {
    subject: 'Your profile picture was removed',
    lead: 'An administrator of this site removed the profile picture of your account.',
  },
  'factor-reset-started': {
    subject: 'Your second factors will be removed',
    lead: 'An administrator of this site is removing the authenticator app, the recovery codes and the passkeys of your account. It happens on {due}; every session ends then:',
    expected:
      'If you asked for it, wait until then. Log in with your password afterwards and add a second factor again.',
    ignore: 'If you did not ask for it, or found your second factor again, keep it:',
    button: 'Keep my second factors',
  },
  'factor-reset-done': {
    subject: 'Your second factors were removed',
    lead: 'An administrator of this site removed the authenticator app, the recovery codes and the passkeys of your account. Every session ended:',
    log_in: 'Log in with your password and add a second factor again.',
    choose: 'Your account has no password. Choose one, log in and add a second factor again:',
    button: 'Choose a password',
  },
  'account-deleted-by-admin': {
    subject: 'Your account was deleted',
    lead: 'An administrator of this site deleted your account. Everything about it is erased after {erased}.',
    expected: 'If that is not right, ask an administrator before then: they can bring the account back.',
  },
  test: {
    subject: 'Test mail',
    body: 'This is a test from {origin}. Mails from there reach you.',
  },
} as const
