import { LogOut, Menu } from 'lucide'
import type { ReactNode } from 'react'
import type { User } from '#lib/auth/accounts.ts'
import type { Words } from '#lib/words/words.ts'
import { Avatar } from './avatar.tsx'
import { Icon } from './line-icon.tsx'
import { Mark } from './mark.tsx'
import { NavLink } from './nav-link.tsx'
import { NavMenu } from './nav-menu.tsx'
import { Verbatim } from './verbatim.tsx'

interface Place {
  href: string
  label: string
  icon: ReactNode
}

/** The user whose pages are shown. */
interface PersonShown extends Pick<User, 'id' | 'username' | 'profile' | 'picture'> {
  /** The username of the administrator who is logged in and views the site as that user. */
  viewedBy: string | null
}

/** Navigation and the current user: a column on wide screens, otherwise a top bar with a menu. */
export function Sidebar({
  words,
  places,
  person,
  children,
}: {
  words: Words
  /** None while the user may open no other page. */
  places: readonly Place[]
  person: PersonShown | null
  /** Rendered at the bottom, above the log-out button. */
  children: ReactNode
}) {
  return (
    <header className="no-print sticky top-0 z-10 border-line bg-paper max-md:border-b md:flex md:h-dvh md:flex-col md:overflow-y-auto md:border-e">
      <div className="flex min-h-16 items-center justify-between gap-4 px-4 md:px-6 md:py-6">
        {places.length === 0 ? (
          <Mark name={words('site.name')} />
        ) : (
          <a href="/" className="rounded-control">
            <Mark name={words('site.name')} />
          </a>
        )}
        <button type="button" popoverTarget="menu" className="button md:hidden">
          <Icon drawing={Menu} />
          {words('nav.menu')}
        </button>
      </div>
      <NavMenu>
        {places.length > 0 && (
          <nav aria-label={words('nav.label')}>
            <ul className="flex flex-col gap-1">
              {places.map(({ href, label, icon }) => (
                <li key={href}>
                  <NavLink href={href}>
                    {icon}
                    {label}
                  </NavLink>
                </li>
              ))}
            </ul>
          </nav>
        )}
        <div className="flex flex-col gap-3 md:mt-auto">
          {person !== null && <Person words={words} person={person} />}
          {children}
          <form method="post" action="/logout">
            <button type="submit" className="row">
              <span className="flex-none rtl:-scale-x-100">
                <Icon drawing={LogOut} />
              </span>
              {words('nav.log_out')}
            </button>
          </form>
        </div>
      </NavMenu>
    </header>
  )
}

function Person({ words, person }: { words: Words; person: PersonShown }) {
  const name = person.profile.fullName || person.username
  return (
    <div className="px-3 text-sm">
      <div className="flex items-center gap-3">
        <Avatar person={person} />
        <div className="min-w-0">
          <p className="text-muted">{words(person.viewedBy === null ? 'nav.signed_in_as' : 'nav.viewing_as')}</p>
          <p className="line-clamp-2 font-medium">
            <Verbatim>{name}</Verbatim>
          </p>
          {name !== person.username && (
            <p className="truncate text-muted">
              <Verbatim>{person.username}</Verbatim>
            </p>
          )}
        </div>
      </div>
      {person.viewedBy !== null && (
        <>
          <p className="mt-3 text-muted">{words('nav.signed_in_as')}</p>
          <p className="line-clamp-2 font-medium">
            <Verbatim>{person.viewedBy}</Verbatim>
          </p>
        </>
      )}
    </div>
  )
}
