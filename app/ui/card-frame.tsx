import type { ReactNode } from 'react'

/** A page without navigation: one card in the middle, with the mark above it. */
export function CardFrame({ mark, children, below }: { mark: ReactNode; children: ReactNode; below?: ReactNode }) {
  return (
    <div className="mx-auto flex min-h-dvh w-full max-w-[28rem] flex-col justify-center gap-6 px-4 py-8">
      <header className="flex items-center justify-center gap-3 text-lg font-semibold">{mark}</header>
      <main>{children}</main>
      {below}
    </div>
  )
}
