'use client'

import { useEffect } from 'react'
import { wipeDrafts } from './drafts.ts'
import { tellOtherTabs } from './tabs.ts'

/** On the pages of those who are not signed in: the other tabs look whether they still are. */
export function Visitor() {
  useEffect(() => {
    if (new URLSearchParams(location.search).get('reason') === 'signed-out') wipeDrafts()
    tellOtherTabs()
  }, [])
  return null
}
