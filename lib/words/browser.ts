// The texts that React renders in the browser by itself, without the message catalogue. The compiler requires them for
// every language.
import type { Locale } from './words.ts'

const texts = {
  en: {
    name: 'Gatehouse',
    error: {
      title: 'Something went wrong',
      text: 'The page could not be shown. What was saved is safe.',
      retry: 'Try again',
      home: 'Go to Home',
      /** Followed by the code of the log line. */
      reference: 'Reference',
    },
    notFound: {
      title: 'Page not found',
      text: 'The link may be old or incomplete.',
      home: 'Go to Home',
    },
    copy: {
      label: 'Copy',
      done: 'Copied',
    },
    form: {
      failed: 'This did not work, and the fault is ours. What you typed is still here: try again.',
      unreachable: 'The answer did not arrive. What you typed is still here: try again.',
    },
    draft: {
      /** With {time}, such as "14:05". */
      kept: 'You were logged out before this was saved. What you wrote until {time} is kept in this browser.',
      /** Likewise. */
      left: 'You left this page before this was saved. What you wrote until {time} is kept in this browser.',
      restore: 'Restore draft',
      discard: 'Discard draft',
      restored: 'The draft is in the form again. It is not saved yet.',
    },
    session: {
      /** With {left}, such as "3 minutes". */
      endsIn: 'Logged out in {left}',
      idleTitle: 'Are you still there?',
      idleText: 'Nothing has happened here for a while. What you typed is kept in this browser.',
      absoluteTitle: 'This session is about to end',
      absoluteText: 'Nothing extends it. Save your work: you will have to log in again.',
      stay: 'Stay logged in',
      understood: 'Got it',
      logOut: 'Log out now',
      /** In the warning, with {left}, such as "1:59" or, for screen readers, "30 seconds". */
      loggedOutIn: 'You will be logged out in {left}.',
      unreachable: 'Gatehouse cannot be reached. Try again.',
      away: {
        title: 'Gatehouse cannot be reached',
        text: 'Your session may be over, so this page is hidden until the connection returns. What you typed is kept in this browser.',
        retry: 'Try again',
      },
    },
  },
} satisfies Record<Locale, object>

export type BrowserWords = (typeof texts)[Locale]

/** `language` is the document's, such as "en" or "de-AT". */
export function browserWords(language: string): BrowserWords {
  const [base = ''] = language.split('-')
  return Object.hasOwn(texts, base) ? texts[base as Locale] : texts.en
}
