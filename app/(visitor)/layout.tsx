import type { ReactNode } from 'react'
import { Colours } from '#app/colours.tsx'
import { Visitor } from '#app/session/visitor.tsx'
import { CardFrame } from '#app/ui/card-frame.tsx'
import { Mark } from '#app/ui/mark.tsx'
import { getWords } from '#lib/web/words.ts'

/** The frame of pages for visitors who are not logged in. */
export default async function VisitorLayout({ children }: { children: ReactNode }) {
  const words = await getWords()
  const below = (
    <>
      <Visitor />
      <footer className="no-print mx-auto w-60 max-w-full">
        <Colours />
      </footer>
    </>
  )
  return (
    <CardFrame mark={<Mark name={words('site.name')} />} below={below}>
      {children}
    </CardFrame>
  )
}
