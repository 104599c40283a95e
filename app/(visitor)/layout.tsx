import type { ReactNode } from 'react'
import { Colours } from '#app/colours.tsx'
import { Visitor } from '#app/session/visitor.tsx'
import { Mark } from '#app/ui/mark.tsx'
import { getWords } from '#lib/web/words.ts'

/** The frame of pages for visitors who are not logged in: one centred card. */
export default async function VisitorLayout({ children }: { children: ReactNode }) {
  const words = await getWords()
  return (
    <div className="mx-auto flex min-h-dvh w-full max-w-[28rem] flex-col justify-center gap-6 px-4 py-8">
      <header className="flex justify-center">
        <Mark name={words('site.name')} />
      </header>
      <main>{children}</main>
      <Visitor />
      <footer className="no-print mx-auto w-60 max-w-full">
        <Colours />
      </footer>
    </div>
  )
}
