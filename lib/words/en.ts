// Every word of the site in English, as ICU messages. Shape and arguments of the other languages follow this file.
// Words in a person's sight are plain and short: no exclamation marks, no "please", no blame.

export const en = {
  site: {
    name: 'Gatehouse',
    skip: 'Skip to the content',
  },

  nav: {
    label: 'Main',
    menu: 'Menu',
    home: 'Home',
    profile: 'Profile',
    security: 'Security',
    log_out: 'Log out',
    signed_in_as: 'Signed in as',
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
    full_name: 'Full name',
    bio: 'Bio',
    age: 'Age',
    not_set: 'Not set',
    show_password: 'Show password',
    show_confirmation: 'Show confirmation',
    show_current_password: 'Show current password',
    show_new_password: 'Show new password',
  },

  signup: {
    title: 'Sign up',
    lead: 'A username and a password are all it takes.',
    username_hint: '3 to 32 characters: a to z, 0 to 9, dot, hyphen or underscore.',
    password_hint: 'At least {min, number} characters. A few words are best.',
    submit: 'Sign up',
    pending: 'Signing up…',
    other_way: 'Already have an account?',
    other_way_link: 'Log in',
  },

  login: {
    title: 'Log in',
    submit: 'Log in',
    pending: 'Logging in…',
    other_way: 'New here?',
    other_way_link: 'Sign up',
    reasons: {
      idle: 'You were signed out because nothing happened for {idle}. Log in to go on where you were.',
      expired: 'You were signed out because a session lasts {longest} at most. Log in to go on where you were.',
      ended: 'This session was ended from another place. Log in to start a new one.',
      'password-changed': 'The password of this account was changed, so you were signed out. Log in with the new one.',
      'signed-out': 'You are signed out.',
    },
  },

  strength: {
    /** For the scores from 0 to 4, in this order. */
    scores: {
      very_weak: 'Very weak',
      weak: 'Weak',
      fair: 'Not strong enough yet',
      good: 'Strong enough',
      strong: 'Strong',
    },
    /** The keys of both lists are zxcvbn's. Each sentence has to stand alone. */
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
      ends_idle: 'Ends if nothing happens',
      ends_latest: 'Ends at the latest',
      limits: 'Opening a page or saving a form keeps you signed in, up to the latest end. Then you log in again.',
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
    set: {
      fullName: 'Set full name',
      bio: 'Set bio',
      age: 'Set age',
    },
  },

  profile_edit: {
    title: 'Edit profile',
    lead: 'Everything here is optional. Empty a field to remove what it says.',
    full_name_hint: 'Up to {max, number} characters, in any script.',
    bio_hint: 'Up to {max, number} characters. Line breaks are kept.',
    /** Filled in by the browser while typing, so the number is put in as it is. */
    bio_left: 'Characters left: {count}',
    bio_over: 'Over the limit by: {count}',
    age_hint: 'A whole number from 0 to {max, number}.',
    submit: 'Save profile',
    pending: 'Saving…',
    cancel: 'Cancel',
  },

  session: {
    /** In the sidebar: the rule, and with JavaScript the time left. Filled in by the browser. */
    ends_after: 'Signs you out after {idle} without activity',
    ends_in: 'Signs you out in {left}',
    warning: {
      idle_title: 'Are you still there?',
      idle_text:
        'Nothing has happened here for a while. You are signed out when the time is up; text in a form is kept.',
      absolute_title: 'This session is about to end',
      absolute_text:
        'It has reached its longest time, which nothing extends. Save what you are doing; then you log in again.',
      stay: 'Stay signed in',
      understood: 'Got it',
      log_out: 'Log out now',
      spoken: 'Signing out in {left}.',
      unreachable: 'The site could not be reached. Check the connection and try again.',
    },
  },

  draft: {
    kept: 'You were signed out before this was saved. What you wrote until {time} is kept in this browser.',
    restore: 'Put it back',
    discard: 'Discard it',
    restored: 'What you wrote is in the form again. It is not saved yet.',
  },

  kept_form: {
    notice: 'You were signed out before this was saved. What you wrote is in the form again: save it once more.',
  },

  security: {
    title: 'Security',
    ended: 'Session ended. Its browser is signed out at its next step.',
    ended_others: 'All other sessions were ended.',
    ended_already: 'That session was over already. Nothing was changed.',
    changed: 'Password changed. All other sessions were ended.',
    undone: {
      lapsed: 'Nothing was done: what you confirmed was no longer waiting. Start it again here.',
      unsaved: 'That could not be saved and may not have taken effect everywhere. Start it again in a moment.',
    },
    password: {
      title: 'Password',
      guards: 'With your username, it lets you in and confirms what only you may do.',
      changed_at: 'Changed <when></when>',
      never_changed: 'Not changed since you signed up',
      change: 'Change password',
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

  password_change: {
    title: 'Change password',
    lead: 'All other sessions end when the password changes. This one goes on.',
    submit: 'Change password',
    pending: 'Changing…',
    cancel: 'Cancel',
  },

  confirm: {
    title: 'Confirm it is you',
    acts: {
      'end-session': 'To end the session “{device}”, enter your password once more.',
      'end-other-sessions': 'To end all other sessions, enter your password once more.',
    },
    lead: 'To go on, enter your password once more.',
    why: 'So nobody who finds this browser open can do it for you. Once confirmed, you are not asked again for some minutes.',
    submit: 'Confirm',
    pending: 'Confirming…',
    cancel: 'Cancel',
  },

  time: {
    today: 'today at {time}',
    tomorrow: 'tomorrow at {time}',
    yesterday: 'yesterday at {time}',
    other_day: '{day} at {time}',
    utc: '{when} UTC',
    under_a_minute: 'under a minute',
    minutes: '{minutes, plural, one {# minute} other {# minutes}}',
    hours: '{hours, plural, one {# hour} other {# hours}}',
    hours_and_minutes:
      '{hours, plural, one {# hour} other {# hours}} and {minutes, plural, one {# minute} other {# minutes}}',
  },

  errors: {
    username_rule:
      'Enter a username of 3 to 32 characters: a to z, 0 to 9, dot, hyphen or underscore, a letter or digit first.',
    username_taken: 'That username is taken.',
    username_missing: 'Enter your username.',
    password_missing: 'Enter your password.',
    password_short: 'Enter a password of at least {min, number} characters.',
    password_long: 'Enter a password of at most {max, number} characters.',
    password_characters: 'This password contains something that is not valid text. Enter another one.',
    password_has_username: 'Enter a password that does not contain your username.',
    password_guessable: 'This password is easy to guess. {reason}',
    passwords_differ: 'Enter the same password again. The two differ.',
    password_wrong: 'The password is wrong.',
    current_password_missing: 'Enter your current password.',
    current_password_wrong: 'The current password is wrong.',
    credentials_wrong: 'The username or password is wrong.',
    busy: 'Too many people are signing up or logging in at once. Try again in {seconds, plural, one {# second} other {# seconds}}.',
    full_name_long: 'Enter a full name of at most {max, number} characters.',
    full_name_characters: 'Enter a full name without line breaks or control characters.',
    bio_long: 'Enter a bio of at most {max, number} characters. This one has {count, number}.',
    bio_characters: 'The bio contains control characters. Remove them or type the text again.',
    age_rule: 'Enter your age as a whole number from 0 to 150, or leave it empty.',
    field_repeated: 'A field arrived more than once, so nothing was saved. Reload the page and try again.',
    field_unknown:
      'The form carried a field that does not belong to it, so nothing was saved. Reload the page and try again.',
    field_not_text: 'A file arrived where text belongs, so nothing was saved. Enter text and try again.',
    field_missing: 'A field of this form did not arrive, so nothing was saved. Reload the page and try again.',
    too_large: 'That was more than this form can take, so nothing was saved. Shorten it and try again.',
    not_saved: 'This could not be saved. What you typed is still here: try again in a moment.',
    password_changed_only:
      'The password was changed, but some other sessions may not have ended yet. Open Security in a moment and end them there.',
    signed_up_only: 'Your account was made, but you are not logged in yet. Log in in a moment.',
    wrong_origin: 'The form came from another site, so nothing was saved. Reload the page and try again.',
    fault: 'This did not work, and the fault is ours. What you typed is still here: try again in a moment.',
    connection:
      'The answer did not arrive. What you typed is still here: try again, or reload the page if it keeps failing.',
  },

  refusals: {
    bad_request: {
      title: 'That could not be read',
      body: 'The request was incomplete or damaged, and nothing was changed. Go back, reload the page and try again.',
    },
    wrong_origin: {
      title: 'That came from another site',
      body: 'Nothing was changed. Open the page here and try again.',
    },
    too_large: {
      title: 'That was too large',
      body: 'Nothing was changed. Go back, shorten what you sent and try again.',
    },
    unsupported: {
      title: 'That format is not understood',
      body: 'Nothing was changed. Go back, reload the page and try again.',
    },
    length_required: {
      title: 'The size was missing',
      body: 'The request did not say how large it is, and nothing was changed. Go back and try again.',
    },
    busy: {
      title: 'Busy at the moment',
      body: 'Many people are logging in at once. Nothing is lost: try again in a few seconds.',
    },
    unavailable: {
      title: 'Not available at the moment',
      body: 'Gatehouse cannot reach its records. Nothing is lost: try again in a minute.',
    },
    log_out_unrecorded: {
      title: 'This browser is logged out',
      body: 'Gatehouse cannot reach its records, so the session is not ended there yet. That happens when they are back, and in any case when the time without activity has passed.',
    },
    home: 'Go to Gatehouse',
  },

  not_found: {
    title: 'Page not found',
    body: 'There is nothing at this address. The link may be old, or a letter may be missing.',
    home: 'Go to Home',
  },
} as const
