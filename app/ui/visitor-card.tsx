import type { ReactNode } from 'react'

/** The card of a visitor page, with a link to the alternative below. */
export function VisitorCard({
  title,
  lead,
  otherWay = null,
  children,
}: {
  title: string
  lead?: ReactNode
  /** `next` is the page afterwards, with either way. */
  otherWay?: { text: string; link: string; path: string; next: string | null } | null
  children: ReactNode
}) {
  return (
    <>
      <div className="card flex flex-col gap-6 p-6 sm:p-8">
        <div>
          <h1 className="text-xl">{title}</h1>
          {lead !== undefined && <p className="mt-1 text-muted">{lead}</p>}
        </div>
        {children}
      </div>
      {otherWay !== null && (
        <p className="mt-6 text-center text-muted">
          {otherWay.text}{' '}
          <a
            href={
              otherWay.next === null
                ? otherWay.path
                : `${otherWay.path}?${new URLSearchParams({ next: otherWay.next })}`
            }
            className="link inline-block py-2.5"
          >
            {otherWay.link}
          </a>
        </p>
      )}
    </>
  )
}
