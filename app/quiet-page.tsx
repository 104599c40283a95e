import type { ReactNode } from 'react'
import { getWords } from '#lib/web/words.ts'
import { Mark } from './ui/mark.tsx'

/** The frame of pages for people who are not signed in, or nowhere: one card in the middle of quiet paper. */
export async function QuietPage({ children, foot }: { children: ReactNode; foot?: ReactNode }) {
  const words = await getWords()
  return (
    <div className="mx-auto flex min-h-dvh w-full max-w-[28rem] flex-col justify-center gap-6 px-4 py-8">
      <header className="flex justify-center">
        <Mark name={words('site.name')} />
      </header>
      <main>{children}</main>
      {foot}
    </div>
  )
}
