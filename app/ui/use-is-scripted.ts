import { useSyncExternalStore } from 'react'

/** False on the server and until hydration: what needs a script appears with it. */
export function useIsScripted(): boolean {
  return useSyncExternalStore(neverChanges, onClient, onServer)
}

const neverChanges = () => () => {}
const onClient = () => true
const onServer = () => false
