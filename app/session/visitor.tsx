'use client'

import { useEffect } from 'react'
import { wipeDrafts } from './drafts.ts'
import { tellOtherTabs } from './tabs.ts'

/** On pages without a user: makes the other tabs check whether they are still logged in. */
export function Visitor() {
  useEffect(() => {
    if (new URLSearchParams(location.search).get('reason') === 'signed-out') wipeDrafts()
    tellOtherTabs()
  }, [])
  return null
}
