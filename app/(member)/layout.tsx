import type { ReactNode } from 'react'
import { Frame } from '#app/frame.tsx'

export default function MemberLayout({ children }: { children: ReactNode }) {
  return <Frame width="text">{children}</Frame>
}
