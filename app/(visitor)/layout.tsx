import type { ReactNode } from 'react'
import { Colours } from '#app/colours.tsx'
import { QuietPage } from '#app/quiet-page.tsx'

export default function VisitorLayout({ children }: { children: ReactNode }) {
  return (
    <QuietPage
      foot={
        <footer className="no-print mx-auto w-60 max-w-full">
          <Colours />
        </footer>
      }
    >
      {children}
    </QuietPage>
  )
}
