'use client'

// What every page needs in the browser, with the pages for errors and for nothing found, which Next sends along with each.
// One file and one client component around all: each further one costs the server time and the page bytes.
import { createContext, type ReactNode, useContext, useEffect } from 'react'
import { type BrowserWords, browserWords } from '#lib/words/browser.ts'
import { CardFrame } from './card-frame.tsx'
import { useFormToken } from './form-token.tsx'
import { MessageCard } from './message-card.tsx'
import { endHydration, useKeptValues } from './typed-values.tsx'

const yearInSeconds = 365 * 24 * 60 * 60

const Language = createContext('en')

/** The texts for components that render in the browser, in the page's language. */
export function useBrowserWords(): BrowserWords {
  return browserWords(useContext(Language))
}

/** The mark for components of the browser, without its drawing. */
function MarkImage() {
  return (
    <>
      {/* biome-ignore lint/performance/noImgElement: the optimizer is off, and the picture is a drawing */}
      <img src="/icon.svg" alt="" width={32} height={32} />
      <span translate="no">{useBrowserWords().name}</span>
    </>
  )
}

export function PageRoot({
  language,
  timeZoneCookie,
  timeZone,
  children,
}: {
  language: string
  timeZoneCookie: string
  /** The one that the cookie names already. */
  timeZone: string | null
  children: ReactNode
}) {
  useEffect(endHydration, [])
  useEffect(() => sendTimeZone(timeZoneCookie, timeZone), [timeZoneCookie, timeZone])
  return <Language value={language}>{children}</Language>
}

/** In a cookie, since no request header has it; the next page then shows local times. */
function sendTimeZone(cookie: string, known: string | null): void {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  if (!zone || zone === known) return
  const secure = location.protocol === 'https:' ? '; secure' : ''
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in browsers that are supported
  document.cookie = `${cookie}=${zone}; path=/; max-age=${yearInSeconds}; samesite=lax${secure}`
}

export interface ErrorViewProps {
  error: unknown
  retry: () => void
}

/** For an unexpected error inside a frame. Its code leads to the log line; the message stays on the server. */
export function ErrorView({ error, retry }: ErrorViewProps) {
  useKeptValues()
  const { name, error: words } = useBrowserWords()
  const digest = error instanceof Error && 'digest' in error ? String(error.digest) : null
  return (
    <div role="alert">
      <title>{`${words.title} · ${name}`}</title>
      <MessageCard title={words.title} text={words.text}>
        <div className="flex flex-wrap gap-3">
          <button type="button" className="button button-primary" onClick={() => retry()}>
            {words.retry}
          </button>
          <a href="/" className="button">
            {words.home}
          </a>
        </div>
        {digest !== null && <p className="figures text-sm text-muted">{`${words.reference} ${digest}`}</p>}
      </MessageCard>
    </div>
  )
}

export function ErrorPage(props: ErrorViewProps) {
  return (
    <CardFrame mark={<MarkImage />}>
      <ErrorView {...props} />
    </CardFrame>
  )
}

/**
 * For development, other hosts and pages that a script opens: our server replaces it (lib/server/not-found.ts). Only the card
 * inside a frame, which has `<main>` already.
 */
export function NotFoundView() {
  const { title, text, home } = useBrowserWords().notFound
  const card = (
    <MessageCard title={title} text={text}>
      <a href="/" className="button button-primary">
        {home}
      </a>
    </MessageCard>
  )
  return useFormToken() === null ? <CardFrame mark={<MarkImage />}>{card}</CardFrame> : card
}
