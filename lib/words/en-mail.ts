// The words of mails in English; see en.ts.

export const mail = {
  greeting: 'Hello {username},',
  greeting_unknown: 'Hello,',
  footer: 'Sent by {site} at {origin}. Nobody reads answers to this address.',
  facts: { when: 'When', browser: 'Browser', address: 'Network address' },
  for_all: 'It may have happened more than once within the hour. This mail is for all of them.',
  not_me: {
    lead: 'If it was not you, secure your account: it ends every session and starts a new password. The link is good for {life}.',
    button: 'This was not me',
  },
  'verify-email': {
    subject: 'Your code',
    lead: 'Enter this code to verify that {address} is yours:',
    button: 'Open the form with the code filled in',
    limits: 'The code is good for {life}, once.',
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
    limits: 'The link is good for {life}, once.',
    ignore: 'If it was not you, do nothing: your password stays as it is.',
  },
  'reset-started': {
    subject: 'Choose a new password',
    lead: 'The old password of your account no longer works, and every session was ended. Choose a new password here:',
  },
  invitation: {
    subject: 'You are invited',
    lead: 'Somebody invites you to the site at {origin}. The link leads to the form in which you choose a username and a password:',
    button: 'Sign up',
    limits: 'The link is good for 7 days, once.',
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
    lead: 'Those who look after this site changed the role of your account: it is {role} now.',
  },
  suspended: {
    subject: 'Your account was suspended',
    lead: 'Those who look after this site suspended your account. Every session ended, and nobody can log in until the suspension is lifted.',
    lead_until:
      'Those who look after this site suspended your account until {until}. Every session ended, and nobody can log in before then.',
  },
  'suspension-ended': {
    subject: 'Your account is no longer suspended',
    lead: 'The suspension of your account is over.',
  },
  'account-restored-by-admin': {
    subject: 'Your account is back',
    lead: 'Those who look after this site brought your deleted account back.',
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
