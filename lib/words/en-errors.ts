// The words of everything that goes wrong: by code, and for requests that are refused.

export const errors = {
  username_rule:
    'Enter a username of 3 to 32 characters: a to z, 0 to 9, dot, hyphen or underscore, a letter or digit first.',
  username_taken: 'That username is taken.',
  username_or_email_missing: 'Enter your username or your e-mail address.',
  picture_missing: 'Choose an image file.',
  picture_heavy: 'The file is larger than 256 kB. Choose a smaller one.',
  picture_large: 'The image is larger than 512 × 512 pixels. Make it smaller, or choose another one.',
  picture_kind: 'Choose a WebP, PNG or JPEG image that is not animated.',
  email_missing: 'Enter your e-mail address.',
  email_rule: 'Enter an e-mail address such as name@example.com.',
  email_letters:
    'Before the @, enter plain letters, digits and signs only. Many mail servers take no others, so mail would not arrive.',
  address_same: 'This is your address already.',
  address_none: 'No e-mail address is waiting for a code.',
  address_taken: 'Somebody else verified this address in the meantime. Enter another one.',
  mail_too_soon: 'A code was just sent. You can send another in {wait}.',
  code_rule: 'Enter the code of 8 digits from the mail.',
  code_wrong: 'The code is wrong. Enter the latest one.',
  code_void: 'This code no longer counts: it is too old, was replaced, or was tried too often. Send another one.',
  rename_too_often: 'A username can be changed three times a day. Try again in {wait}.',
  last_admin: 'You are the only administrator. Make somebody else one first.',
  last_admin_other: 'This is the only administrator. Make somebody else one first.',
  yourself: 'That cannot be done to your own account here.',
  selection_rule: 'Select 1 to 50 people.',
  selection_too_often: '120 people in ten minutes is the limit. Continue later.',
  accounts_added_too_often: '30 accounts an hour is the limit. Try again in {wait}.',
  person_gone: 'This account was deleted or no longer exists.',
  admin_by_hand:
    'This administrator has no verified address, and administrators get no link to each other’s accounts. The operator of this site starts the reset on the command line with “user reset” and the username.',
  not_shown: 'You can view the site only as active users who are not administrators.',
  date_past: 'Enter a last day that is not over, or none.',
  date_rule: 'Enter a day such as 2026-11-30, or none.',
  role_rule: 'Choose a role.',
  reason_missing: 'Enter a reason.',
  reason_characters: 'Enter a reason without control characters.',
  reason_long: 'Enter a reason of at most {max, number} characters.',
  signup_closed: 'Sign-up is closed here.',
  signup_by_invitation: 'You need an invitation to sign up. Open its link again.',
  invitation_void: 'This invitation was used already, was withdrawn, or is older than 7 days.',
  no_second_factor: 'This person has no second factor.',
  factor_reset_needs_address:
    'This person has no verified e-mail address and could not stop the removal. The operator of this site removes second factors on the command line, with user reset-two-factor.',
  factor_reset_waits: 'The removal of the second factors was started already.',
  factor_reset_over: 'Nothing was stopped: the removal was stopped already, or has happened.',
  link_void: 'This link no longer works.',
  code_missing: 'Enter a code of your authenticator app, or a recovery code.',
  code_used: 'This code was used already. Wait for the next one.',
  enrolment_over: 'This key is older than half an hour. Scan the new one, then enter its code.',
  already_on: 'The authenticator app is on already.',
  already_off: 'This is off already.',
  second_factor_required: 'Your role needs a second factor. Add another one first.',
  second_factor_locked:
    'There were too many wrong codes, so codes no longer work in this browser. Use a passkey or a browser that you logged in with before, or ask an administrator.',
  step_over: 'The five minutes for the code are over. Log in again.',
  password_missing: 'Enter your password.',
  password_short: 'Enter a password of at least {min, number} characters.',
  password_long: 'Enter a password of at most {max, number} characters.',
  password_characters: 'This password contains something that is not valid text. Enter another one.',
  password_has_username: 'Enter a password that does not contain your username.',
  password_guessable: 'This password is easy to guess. {reason}',
  password_breached:
    'This password appears in published leaks of other sites. Choose one that you have used nowhere else.',
  passwords_differ: 'Enter the same password again. The two differ.',
  too_soon: 'There were too many wrong passwords or codes. Try again in {wait}.',
  too_soon_here: 'There were too many wrong passwords or codes from your network address. Try again in {wait}.',
  password_locked:
    'There were too many wrong passwords, so this password no longer works here. Choose a new one by “Forgot your password?”, or log in with a browser that you used before.',
  sign_up_too_often: 'There were too many sign-ups from your network address. Try again in {wait}.',
  ask_too_often: 'Nothing was sent: too many links were asked for from your network address. Try again in {wait}.',
  reset_mail_too_often:
    'Nothing was sent: links for this name were asked for too often. A link that arrived within the last hour still works. Otherwise try again in {wait}.',
  form_too_often:
    'Too many forms were sent in a short time. What you typed is still here, passwords apart: try again in {wait}.',
  password_change_too_often: 'The password was changed too often. Try again in {wait}.',
  link_changed:
    'Nothing was done: another link was opened in this browser since this page was shown, or the page was open for too long. Check what it shows now and press the button again, or open your link once more.',
  form_stale:
    'This form was opened in another session, so nothing was saved. What you typed is still here, passwords apart: press the button again.',
  password_wrong: 'The password is wrong.',
  current_password_missing: 'Enter your current password.',
  current_password_wrong: 'The current password is wrong.',
  suspended: 'This account is suspended. Ask an administrator of this site.',
  suspended_until: 'This account is suspended until {when}. Ask an administrator of this site if that is not right.',
  credentials_wrong: 'The username or password is wrong.',
  busy: 'Too many people are signing up or logging in at once. Try again in {seconds, plural, one {# second} other {# seconds}}.',
  challenge_over: 'That took too long, or the answer was used already. Try again.',
  passkey_unknown: 'This passkey is not known here, or was removed. Log in another way.',
  passkey_wrong: 'This passkey was refused. Use one of this account, and unlock it with your PIN, fingerprint or face.',
  passkey_copied:
    'This passkey was refused, because a copy of it may be in use. Log in another way, remove it, and add another one.',
  passkey_taken: 'This passkey is in use already.',
  passkeys_too_many: 'You have 20 passkeys, and there cannot be more. Remove one first.',
  passkey_gone: 'This passkey was removed already.',
  passkey_name_missing: 'Enter a name.',
  passkey_name_long: 'Enter a name of at most {max, number} characters.',
  passkey_name_characters: 'Enter a name without line breaks or control characters.',
  last_way_in: 'This passkey is your only way in. Set a password or add another passkey first.',
  session_over: 'You are logged out. Log in again.',
  reauthentication_required: 'Your last log-in was a while ago. Reload the page and confirm it is you.',
  not_allowed: 'Your account is not allowed to do that.',
  full_name_long: 'Enter a full name of at most {max, number} characters.',
  full_name_characters: 'Enter a full name without line breaks or control characters.',
  bio_long: 'Enter a bio of at most {max, number} characters. This one has {count, number}.',
  bio_characters: 'The bio contains control characters. Remove them or type the text again.',
  age_rule: 'Enter your age as a whole number from 0 to 150, or leave it empty.',
  field_repeated: 'A field arrived more than once, so nothing was saved. Reload the page and try again.',
  field_unknown:
    'The form carried a field that does not belong to it, so nothing was saved. Reload the page and try again.',
  field_wrong: 'A field has a value that the form does not offer, so nothing was saved. Reload the page and try again.',
  field_not_text: 'A file arrived where text belongs, so nothing was saved. Enter text and try again.',
  field_missing: 'A field of this form did not arrive, so nothing was saved. Reload the page and try again.',
  input_invalid:
    'Something changed while you filled in this form, so nothing was saved. Reload the page and try again.',
  too_large: 'That was more than this form can take, so nothing was saved. Shorten it and try again.',
  not_saved: 'This could not be saved. What you typed is still here: try again in a moment.',
  signed_up_only: 'Your account was made, but you are not logged in yet. Log in in a moment.',
  origin_unknown:
    'Your browser did not say which page the form came from, so nothing was saved. Let it send the Referer header to this site, and try again.',
  wrong_origin: 'The form came from another site, so nothing was saved. Reload the page and try again.',
  cookies_off:
    'Your browser did not keep the cookie that tells who is logged in. Allow cookies for this site, then log in again.',
} as const

export const refusals = {
  bad_request: {
    title: 'This request could not be read',
    body: 'It was incomplete or damaged, and nothing was changed. Go back, reload the page and try again.',
  },
  origin_unknown: {
    title: 'Your browser did not say where this form came from',
    body: 'Nothing was changed. To tell its own forms from those of other sites, Gatehouse needs the header Origin, Sec-Fetch-Site or Referer. Let your browser, or the privacy tool between, send the Referer to this site (Lynx: NO_REFERER_HEADER:FALSE; w3m: no_referer_from unset), go back, reload the page and try again.',
  },
  wrong_origin: {
    title: 'This form came from another site',
    body: 'Nothing was changed. Open the page here and try again.',
  },
  not_found: {
    title: 'Page not found',
    body: 'The link may be old or incomplete.',
  },
  too_slow: {
    title: 'This took too long',
    body: 'The request did not arrive in time, and nothing was changed. Check the connection and try again.',
  },
  expectation: {
    title: 'This cannot be done here',
    body: 'The request asks for something that this site does not do, and nothing was changed.',
  },
  headers_too_large: {
    title: 'Your browser sent too much',
    body: 'Its cookies for this site, or the address of the page, are too long to be read, and nothing was changed. Delete the cookies of this site and of the other sites under its domain in the settings of your browser, then open the site again.',
  },
  too_large: {
    title: 'This was too large',
    body: 'Nothing was changed. Go back, shorten what you sent and try again.',
  },
  unsupported: {
    title: 'This format is not supported',
    body: 'Nothing was changed. Go back, reload the page and try again.',
  },
  length_required: {
    title: 'The size was missing',
    body: 'The request did not say how large it is, and nothing was changed. Go back and try again.',
  },
  busy: {
    title: 'Busy at the moment',
    body: 'Many people are logging in at once, and nothing was changed. Try again in a few seconds.',
  },
  unavailable: {
    title: 'Not available at the moment',
    body: 'Gatehouse cannot reach its records. What was saved before is safe. Try again in a minute.',
  },
  log_out_unrecorded: {
    title: 'This browser is logged out',
    body: 'Gatehouse cannot reach its records, so the session is not ended there yet. It ends when they are back, and at the latest after the idle time.',
  },
  home: 'Go to Gatehouse',
  again: 'Try again',
} as const
