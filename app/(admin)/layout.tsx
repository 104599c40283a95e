import type { ReactNode } from 'react'
import { Frame } from '#app/frame.tsx'
import './admin.css'

export default function AdminLayout({ children }: { children: ReactNode }) {
  return <Frame width="tables">{children}</Frame>
}
