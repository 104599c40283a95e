// Every word of the site in English, as ICU messages. Shape and arguments of the other languages follow this file.
// Words in a person's sight are plain and short: no exclamation marks, no "please", no blame.
import { admin } from './en-admin.ts'
import { errors, refusals } from './en-errors.ts'
import { keep_factors, log_in_code, passkeys, two_factor } from './en-factors.ts'
import { mail } from './en-mail.ts'

export const en = {
  site: {
    name: 'Gatehouse',
    description: 'Sign up, log in, and keep your profile and your sessions in one place.',
    skip: 'Skip to the content',
  },

  nav: {
    label: 'Main',
    menu: 'Menu',
    home: 'Home',
    profile: 'Profile',
    security: 'Security',
    account: 'Account',
    admin: 'Admin',
    log_out: 'Log out',
    signed_in_as: 'Logged in as',
  },

  theme: {
    label: 'Colours',
    system: 'System',
    light: 'Light',
    dark: 'Dark',
  },

  fields: {
    username: 'Username',
    password: 'Password',
    confirm_password: 'Confirm password',
    current_password: 'Current password',
    new_password: 'New password',
    confirm_new_password: 'Confirm new password',
    email: 'E-mail address',
    role: 'Role',
    reason: 'Reason',
    last_day: 'Last day',
    username_or_email: 'Username or e-mail address',
    code: 'Code',
    recovery_code: 'Recovery code',
    code_hint: 'Six digits of the app, or a recovery code.',
    recovery_code_hint: 'Twelve letters and digits. Each code works once.',
    remember: 'Remember this browser for 30 days',
    new_username: 'New username',
    not_set: 'Not set',
    show_password: 'Show password',
    show_confirmation: 'Show confirmation',
    show_current_password: 'Show current password',
    show_new_password: 'Show new password',
  },

  signup: {
    title: 'Sign up',
    lead: 'A username and a password are all it takes.',
    with_passkey: 'Sign up with a passkey',
    with_password: 'Sign up with a password',
    passkey_lead: 'Choose a username. A passkey replaces the password: your device confirms it is you.',
    username_hint: '3 to 32 characters: a to z, 0 to 9, dot, hyphen or underscore.',
    email_hint: 'Optional. Lets you back in if you forget the password.',
    email_required_hint: 'Lets you back in if you forget the password.',
    password_hint: 'At least {min, number} characters. A few words are best.',
    submit: 'Sign up',
    pending: 'Signing up…',
    other_way: 'Already have an account?',
    other_way_link: 'Log in',
    invited: 'You are invited. Choose a username and a password.',
    invited_email: 'Your account gets the address <address></address>, to which the invitation was sent.',
    by_invitation: {
      title: 'By invitation only',
      body: 'Signing up here takes an invitation. If you have one, open its link again: it works once, for 7 days.',
    },
    closed: {
      title: 'Sign-up is closed',
      body: 'This site takes no new accounts. An administrator can make one for you.',
    },
  },

  setup: {
    title: 'Set up Gatehouse',
    lead: 'This makes the first administrator. The link works once.',
    submit: 'Create administrator',
    pending: 'Creating…',
    void_title: 'This link no longer works',
    void: 'There is an administrator already, or the site was started again and printed a newer link.',
    other_way: 'Already have an account?',
    other_way_link: 'Log in',
  },

  not_allowed: {
    title: 'Not allowed',
    guest: 'Your account may look around here, but not change anything. An administrator can change that.',
    look: 'You are viewing the site as another user, so nothing can be changed. Stop viewing to continue as yourself.',
    other: 'Your account may not do that.',
    home: 'Go to Home',
  },

  look: {
    banner: 'You see the site as <person>{username}</person> does. Nothing can be changed. It ends {time}.',
    stop: 'Stop viewing',
    stop_pending: 'Stopping…',
  },

  roles: {
    admin: 'Administrator',
    member: 'Member',
    guest: 'Guest',
  },

  states: {
    active: 'Active',
    suspended: 'Suspended',
    deleted: 'Deleted',
  },

  admin,

  history: {
    title: 'History',
    guards: 'What was done with your account lately, by you or by others.',
    none: 'Nothing yet.',
    by_admin: 'by the administrator <username></username>',
    by_operator: 'by the operator of this site',
    by_nobody: 'by somebody who was not logged in',
    refused: 'Refused',
  },

  events: {
    account: {
      signed_up: 'Signed up',
      created: 'Account made',
      renamed: 'Username changed',
      deleted: 'Account deleted',
      restored: 'Account brought back',
      erased: 'Account erased',
      exported: 'Data downloaded',
      role_changed: 'Role changed',
      suspended: 'Suspended',
      resumed: 'Suspension lifted',
      unlocked: 'Unlocked',
      disowned: '“This was not me”',
    },
    session: {
      started: 'Logged in',
      ended: 'Logged out',
      others_ended: 'Other sessions ended',
      all_ended: 'All sessions ended',
      confirmed: 'Password confirmed',
    },
    profile: { changed: 'Profile changed' },
    password: {
      changed: 'Password changed',
      locked: 'Password locked after 100 wrong ones',
      reset_asked: 'Password reset asked for',
      reset_started: 'Password reset started',
      reset: 'Password reset',
    },
    two_factor: {
      turned_on: 'Authenticator app added',
      turned_off: 'Authenticator app removed',
      codes_renewed: 'New recovery codes made',
      code_used: 'Recovery code used',
      locked: 'Codes locked after 100 wrong ones',
      reset_started: 'Removal of second factors started',
      reset_cancelled: 'Removal of second factors stopped',
      reset: 'Second factors removed',
    },
    passkey: {
      added: 'Passkey added',
      renamed: 'Passkey renamed',
      removed: 'Passkey removed',
      counter_anomaly: 'Passkey refused, it may be a copy',
    },
    browser: {
      remembered: 'Browser remembered',
      forgotten: 'Remembered browser removed',
    },
    address: {
      given: 'E-mail address given',
      code_sent: 'Code sent again',
      verified: 'E-mail address verified',
      removed: 'E-mail address removed',
    },
    invitation: {
      made: 'Invitation made',
      withdrawn: 'Invitation withdrawn',
      used: 'Invitation used',
    },
    setup: { finished: 'First administrator made' },
    look: {
      started: 'Viewed the site as the user',
      ended: 'Viewing ended',
    },
    access: { denied: 'Access denied' },
    people: { imported: 'People imported' },
    sessions: { pruned: 'Dead sessions removed' },
    audit: { exported: 'Audit trail exported', pruned: 'Old entries dropped' },
    store: { restored: 'Store restored' },
  },

  login: {
    title: 'Log in',
    submit: 'Log in',
    pending: 'Logging in…',
    forgot: 'Forgot your password?',
    deleted: 'Your account is deleted. Log in within {left} to keep it after all; then it is erased.',
    other_way: 'New here?',
    other_way_link: 'Sign up',
    reasons: {
      idle: 'You were logged out because nothing happened for {idle}. Log in to go on where you were.',
      expired: 'You were logged out because a session lasts {longest} at most. Log in to go on where you were.',
      ended: 'This session was ended from another place. Log in to start a new one.',
      'password-changed': 'The password of this account was changed, so you were logged out. Log in with the new one.',
      'signed-out': 'You are logged out.',
    },
  },

  passkeys,

  log_in_code,

  strength: {
    /** For the scores from 0 to 4, in this order. */
    scores: {
      very_weak: 'Very weak',
      weak: 'Weak',
      fair: 'Not strong enough yet',
      good: 'Strong enough',
      strong: 'Strong',
    },
    /** Ours. Each sentence of these three lists has to stand alone. */
    reasons: {
      listed: 'This is one of the most common passwords.',
      context: 'Names of yours or of this site are among the first guesses, also with digits or signs added.',
    },
    /** The keys of this list and the next are zxcvbn's. */
    warnings: {
      straightRow: 'Neighbouring keys in a row are among the first guesses.',
      keyPattern: 'Short patterns on the keyboard are among the first guesses.',
      simpleRepeat: 'One character repeated, such as “aaa”, adds almost nothing.',
      extendedRepeat: 'A part repeated, such as “abcabc”, adds almost nothing.',
      sequences: 'Runs such as “abc” or “6543” are among the first guesses.',
      recentYears: 'Recent years are among the first guesses.',
      dates: 'Dates are among the first guesses.',
      topTen: 'This is one of the ten most used passwords.',
      topHundred: 'This is one of the hundred most used passwords.',
      common: 'This password is on the lists that attackers try first.',
      similarToCommon: 'This is close to a password on the lists that attackers try first.',
      wordByItself: 'One word alone is guessed quickly.',
      namesByThemselves: 'One name alone is guessed quickly.',
      commonNames: 'Common names are among the first guesses.',
      userInputs: 'Leave out your username and the name of this site.',
      pwned: 'This password appears in published leaks.',
    },
    suggestions: {
      l33t: 'Swaps such as “@” for “a” are expected. Add another word instead.',
      reverseWords: 'A word spelled backwards is expected. Add another word instead.',
      allUppercase: 'Capitals throughout add little. Add another word instead.',
      capitalization: 'A capital at the start adds little. Add another word instead.',
      dates: 'Leave out dates that belong to you.',
      recentYears: 'Leave out recent years.',
      associatedYears: 'Leave out years that belong to you.',
      sequences: 'Leave out runs such as “abc” or “6543”.',
      repeated: 'Leave out repeated words and characters.',
      longerKeyboardPattern: 'Use unrelated words instead of a pattern on the keyboard.',
      anotherWord: 'Add another word or two, less common ones.',
      useWords: 'Use several words that do not belong together.',
      noNeed: 'Length matters more than digits, symbols or capitals.',
      pwned: 'Choose a password that you use nowhere else.',
    },
  },

  home: {
    title: 'Home',
    restored: 'Welcome back. Your account is no longer deleted.',
    greeting: {
      morning: 'Good morning, <person>{name}</person>',
      afternoon: 'Good afternoon, <person>{name}</person>',
      evening: 'Good evening, <person>{name}</person>',
      unknown: 'Hello, <person>{name}</person>',
    },
    session: {
      title: 'This session',
      left: '{left} left',
      of_longest: 'of at most {longest}',
      in: 'in {left}',
      began: 'Began',
      ends_idle: 'Ends without activity',
      ends_latest: 'Latest end',
      limits: 'Opening a page or saving a form keeps you logged in until the latest end. After that you log in again.',
    },
    profile: {
      title: 'Your profile',
      filled: '{count, number} of {total, number} filled in',
      complete: 'Full name, bio and age are all there.',
      next: {
        fullName: 'Next: your full name, so that people know who you are.',
        bio: 'Next: a few words about yourself.',
        age: 'Next: your age.',
      },
      view: 'View profile',
    },
  },

  profile: {
    title: 'Profile',
    saved: 'Profile saved.',
    edit: 'Edit profile',
  },

  /** Of lib/core/profile.ts. */
  profile_fields: {
    fullName: {
      label: 'Full name',
      hint: 'Up to {max, number} characters, in any script.',
      set: 'Set full name',
    },
    bio: {
      label: 'Bio',
      hint: 'Up to {max, number} characters. Line breaks are kept.',
      set: 'Set bio',
    },
    age: {
      label: 'Age',
      hint: 'A whole number from 0 to {max, number}.',
      set: 'Set age',
    },
  },

  profile_edit: {
    title: 'Edit profile',
    lead: 'Everything here is optional. Empty a field to remove what it says.',
    /** Filled in by the browser while typing, so the number is put in as it is. */
    characters_left: 'Characters left: {count}',
    characters_over: 'Over the limit by: {count}',
    submit: 'Save profile',
    pending: 'Saving…',
    cancel: 'Cancel',
  },

  session: {
    /** In the sidebar; with JavaScript the time left takes its place (browser.ts). */
    ends_after: 'Logs you out after {idle} without activity',
  },

  kept_form: {
    notice: 'You were logged out before this was saved. What you wrote is in the form again: save it once more.',
  },

  account: {
    title: 'Account',
    username: 'Username',
    change_username: 'Change username',
    username_changed: 'Username changed. Log in with the new one from now on.',
    preferences: 'Preferences',
    preferences_text: 'They belong to this browser.',
    language: 'Language',
    time_zone: 'Time zone',
    time_zone_unknown: 'Unknown to the site without JavaScript: times are in UTC.',
    export: 'Your data',
    export_text: 'One JSON file with everything kept about you.',
    download: 'Download',
    export_ready: 'Confirmed. Download your data now.',
    export_too_often: 'Your data can be downloaded five times an hour. Try again later.',
    delete: 'Delete your account',
    delete_text:
      'All sessions end at once. Everything will be erased 14 days later; until then, a log-in brings it back.',
    delete_link: 'Delete account',
  },
  security: {
    title: 'Security',
    ended: 'Session ended. Its browser will be logged out at its next step.',
    ended_others: 'All other sessions were ended.',
    ended_already: 'That session was over already. Nothing was changed.',
    changed: 'Password changed. All other sessions were ended.',
    address_added: 'E-mail address verified.',
    address_changed: 'E-mail address changed. The old one was told.',
    address_removed: 'E-mail address removed.',
    address_kept: 'There was no e-mail address to remove, or it was changed meanwhile.',
    browser_forgotten: 'Browser forgotten. Its next log-in needs a code.',
    browsers_forgotten: 'All browsers were forgotten. Their next log-ins need a code.',
    browser_gone: 'That browser was forgotten already. Nothing was changed.',
    factor_reset_stopped: 'Your second factors stay. Nothing is removed.',
    factor_reset_over: 'Nothing was stopped: the removal was stopped already, or has happened.',
    undone: {
      lapsed: 'Nothing was done: what you confirmed was no longer waiting. Start it again here.',
      unsaved: 'That could not be saved and may not have taken effect everywhere. Start it again in a moment.',
    },
    log_in: {
      title: 'Log-in',
      guards: 'What lets you in and confirms what only you may do.',
      password: 'Password',
      changed_at: 'Changed <when></when>',
      never_changed: 'Not changed since you signed up',
      no_password: 'None. You log in with a passkey.',
      change: 'Change password',
      set: 'Set a password',
      app: 'Authenticator app',
      app_on: 'On since <when></when>',
      app_off: 'Off',
      add_app: 'Add an app',
      change_app: 'Manage app',
      passkeys: 'Passkeys',
      passkeys_count: '{count, plural, =0 {None} one {# passkey} other {# passkeys}}',
      add_passkey: 'Add a passkey',
      change_passkeys: 'Manage passkeys',
      recovery_codes: 'Recovery codes',
      codes_left: '{count, plural, =0 {None left} other {# of 10 left}}',
      new_codes: 'New codes',
      next: {
        factor: 'Somebody who learns your password gets in. A second factor keeps them out.',
        factor_link: 'Add a second factor',
        codes: 'Few recovery codes are left. Without one, a lost phone locks you out.',
        codes_link: 'Make new recovery codes',
        passkey: 'A passkey can be lost with its device. A second one still lets you in.',
        passkey_link: 'Add a second passkey',
      },
    },
    factor_reset: {
      title: 'Your second factors are about to be removed',
      text: 'An administrator started it. The authenticator app, the recovery codes and the passkeys will be removed <when></when>, and every session will end. If you did not ask for it, keep them.',
      stop: 'Keep my second factors',
      stop_pending: 'Stopping…',
    },
    browsers: {
      title: 'Remembered browsers',
      guards: 'Here the password alone logs you in. Forget each browser that others use too.',
      added: 'Added',
      until: 'Until',
      forget: 'Forget',
      /** Read out after the button's own words, so that each names its browser. */
      forget_which: '{device}, added {when}',
      forget_pending: 'Forgetting…',
      forget_all: 'Forget all browsers',
    },
    email: {
      title: 'E-mail',
      guards: 'Lets you back in if you forget the password, and tells you what happens to your account.',
      none: 'No address yet: a forgotten password would need an administrator’s help.',
      verified: 'Verified',
      unverified: 'Not verified yet',
      waiting: 'Waits to be verified. Until then the other address counts.',
      add: 'Add address',
      change: 'Change address',
      verify: 'Enter the code',
    },
    sessions: {
      title: 'Sessions',
      guards: 'The browsers in which you are logged in. End each one that you do not know.',
      device: '{browser} on {system}',
      device_system: 'A browser on {system}',
      device_unknown: 'Unknown browser',
      this_device: 'This device',
      address_unknown: 'Address not known',
      began: 'Logged in',
      last_active: 'Last active',
      left: 'Time left',
      end: 'End session',
      /** Read out after the button's own words, so that each names its session. */
      end_which: '{device}, {address}, logged in {when}',
      end_pending: 'Ending…',
      end_others: 'End all other sessions',
    },
  },

  two_factor,

  password_change: {
    title: 'Change password',
    title_first: 'Set a password',
    lead: 'All other sessions end when the password changes. This one goes on.',
    lead_first: 'You will be able to log in with it and a second factor. All other sessions will end.',
    submit: 'Change password',
    submit_first: 'Set password',
    pending: 'Changing…',
    cancel: 'Cancel',
  },

  email_change: {
    title: 'E-mail address',
    lead: 'A code is sent to the address. It counts once you have entered the code.',
    lead_change: 'A code is sent to the new address. Until you have entered it, <address></address> stays.',
    submit: 'Send code',
    pending: 'Sending…',
    cancel: 'Cancel',
    remove_title: 'Remove the address',
    remove_text: 'Without one, a forgotten password needs an administrator’s help.',
    remove: 'Remove address',
    remove_pending: 'Removing…',
  },

  email_verify: {
    title: 'Verify your e-mail address',
    lead: 'Enter the code of 8 digits that was sent to <address></address>. It is good for 10 minutes.',
    nothing: 'No address is waiting to be verified.',
    resent: 'A new code is on its way. The earlier one no longer counts.',
    submit: 'Verify',
    pending: 'Verifying…',
    later: 'Not now',
    resend_text: 'Nothing arrived? Look among the junk mail, or have another code sent after a minute.',
    resend: 'Send another code',
    resend_pending: 'Sending…',
    other_address: 'Use another address',
  },

  username_change: {
    title: 'Change username',
    lead: 'The old one stays reserved for you for 90 days. Nobody else can take it in that time.',
    submit: 'Change username',
    pending: 'Changing…',
    cancel: 'Cancel',
  },

  account_delete: {
    title: 'Delete account',
    lead: 'You will be logged out everywhere at once, and nobody will see your account.',
    undo: 'For 14 days a log-in brings everything back. Then your profile, your address and all else about you is erased. Your username stays reserved for 90 more days.',
    submit: 'Delete account',
    pending: 'Deleting…',
    cancel: 'Keep account',
  },

  forgot: {
    title: 'Forgot your password?',
    lead: 'Enter your username or your e-mail address, and a link to a new password is sent to you.',
    submit: 'Send link',
    pending: 'Sending…',
    other_way: 'Remembered it?',
    other_way_link: 'Log in',
    sent_title: 'Check your e-mail',
    sent: 'If there is such an account with a verified e-mail address, a link is on its way. It works for one hour.',
    sent_nothing: 'Nothing arrived? Check the spam folder, then ask again: earlier links stay valid.',
    sent_no_address: 'Without a verified address, ask an administrator of this site: they can start a reset for you.',
    again: 'Try again',
  },

  reset: {
    title: 'Choose a new password',
    lead: 'For the account <username></username>. Every session will end, and you will log in with the new password.',
    submit: 'Set password',
    pending: 'Setting…',
    void_title: 'This link no longer works',
    void: 'It was used already, is older than an hour, or the account was secured in another way since. Ask for another.',
    again: 'Send another link',
    done: 'Your password was changed and every session ended. Log in with the new one.',
    other_way: 'Remembered the old one?',
    other_way_link: 'Log in',
  },

  not_me: {
    title: 'This was not you?',
    lead: 'One press voids the password of <username></username>, ends every session, removes the authenticator apps and passkeys that were added in the last 72 hours, and sends a link to a new password to the address that this mail came to. If the address was changed since, it is put back.',
    submit: 'Secure my account',
    pending: 'Securing…',
    done_title: 'Every session was ended',
    done: 'Authenticator apps and passkeys of the last 72 hours are removed. A link to a new password is on its way to the address that the mail came to. It is good for an hour. Until then nobody can log in.',
    done_address_taken:
      'The old password no longer works and every session was ended. The address that the mail came to belongs to another account by now, so no link was sent. Ask an administrator of this site for a new password.',
    void_title: 'This link no longer works',
    void: 'It was used already, is older than 72 hours, or the account was secured since. To change the password, ask for a link.',
    again: 'Send a link',
    other_way: 'It was you after all? Close this page, or',
    after: 'Nothing to do here?',
    log_in: 'Log in',
  },

  keep_factors,

  mail,

  confirm: {
    title: 'Confirm it is you',
    commands: {
      account: { delete: 'To delete your account, confirm it is you.' },
      email: {
        add: 'To use another e-mail address, confirm it is you.',
        remove: 'To remove your e-mail address, confirm it is you.',
      },
      browsers: {
        forget: 'To forget the browser, confirm it is you.',
        'forget-all': 'To forget all remembered browsers, confirm it is you.',
      },
      impersonation: { start: 'To view as this user, confirm it is you.' },
      invitations: {
        create: 'To invite somebody, confirm it is you.',
        withdraw: 'To withdraw the invitation, confirm it is you.',
      },
      sessions: {
        end: 'To end the session “{device}”, confirm it is you.',
        'end-others': 'To end all other sessions, confirm it is you.',
      },
      passkeys: {
        add: 'To add a passkey, confirm it is you.',
        rename: 'To rename a passkey, confirm it is you.',
        remove: 'To remove a passkey, confirm it is you.',
      },
      'two-factor': {
        'turn-on': 'To turn on the authenticator app, confirm it is you.',
        'turn-off': 'To turn off the authenticator app, confirm it is you.',
        'new-recovery-codes': 'To make new recovery codes, confirm it is you.',
      },
      username: { change: 'To change your username, confirm it is you.' },
      users: {
        'change-role': 'To change the role, confirm it is you.',
        suspend: 'To suspend this person, confirm it is you.',
        resume: 'To lift the suspension, confirm it is you.',
        'end-sessions': 'To end all sessions of this person, confirm it is you.',
        'start-reset': 'To start a password reset, confirm it is you.',
        'start-factor-reset': 'To start the removal of second factors, confirm it is you.',
        unlock: 'To unlock this person, confirm it is you.',
        delete: 'To delete this person, confirm it is you.',
        restore: 'To bring the account back, confirm it is you.',
      },
    },
    to_open: 'To open “{page}”, confirm it is you.',
    lead: 'The next page is for you alone.',
    why: 'So nobody who finds this browser open can do it for you. Once confirmed, you are not asked again for some minutes.',
    submit: 'Confirm',
    pending: 'Confirming…',
    use_password: 'Use your password instead',
    cancel: 'Cancel',
  },

  time: {
    today: 'today at {time}',
    tomorrow: 'tomorrow at {time}',
    yesterday: 'yesterday at {time}',
    other_day: '{day} at {time}',
    utc: '{when} UTC',
    minutes: '{minutes, plural, one {# minute} other {# minutes}}',
    minutes_and_seconds:
      '{minutes, plural, one {# minute} other {# minutes}} and {seconds, plural, one {# second} other {# seconds}}',
    seconds: '{seconds, plural, one {# second} other {# seconds}}',
    days: '{days, plural, one {# day} other {# days}}',
    hours: '{hours, plural, one {# hour} other {# hours}}',
    hours_and_minutes:
      '{hours, plural, one {# hour} other {# hours}} and {minutes, plural, one {# minute} other {# minutes}}',
  },

  errors,

  refusals,
} as const
