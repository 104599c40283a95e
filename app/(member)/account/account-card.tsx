import type { ReactNode } from 'react'

/** A section of the account page. */
export function AccountCard({
  id,
  title,
  text,
  children,
}: {
  id: string
  title: string
  text: ReactNode
  /** The one thing to do here. */
  children: ReactNode
}) {
  return (
    <section aria-labelledby={id} className="card flex flex-wrap items-center justify-between gap-4 p-6">
      <div className="min-w-0">
        <h2 id={id} className="text-lg">
          {title}
        </h2>
        <p className="text-muted">{text}</p>
      </div>
      {children}
    </section>
  )
}
