import type { ReactNode } from 'react'
import { Mark } from './mark.tsx'

/** A page without navigation: one card in the middle, with the mark above it. */
export function CardFrame({ name, children, below }: { name: string; children: ReactNode; below?: ReactNode }) {
  return (
    <div className="mx-auto flex min-h-dvh w-full max-w-[28rem] flex-col justify-center gap-6 px-4 py-8">
      <header className="flex justify-center">
        <Mark name={name} />
      </header>
      <main>{children}</main>
      {below}
    </div>
  )
}
