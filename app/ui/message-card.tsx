import type { ReactNode, Ref } from 'react'

/** A page that is one message: what happened, what that means, and the next step. */
export function MessageCard({
  title,
  text,
  ref,
  children,
}: {
  title: string
  text: string
  /** Of the heading, which can then take the focus. */
  ref?: Ref<HTMLHeadingElement>
  children: ReactNode
}) {
  return (
    <div className="card flex max-w-[28rem] flex-col items-start gap-6 p-6 sm:p-8">
      <div>
        <h1 ref={ref} tabIndex={ref === undefined ? undefined : -1} className="text-xl">
          {title}
        </h1>
        <p className="mt-2 text-muted">{text}</p>
      </div>
      {children}
    </div>
  )
}
