// How the tabs of a browser agree: one says "look", the others ask the server. No tab believes another.

let opened: BroadcastChannel | undefined

/** One for the page: what it says itself it does not hear. */
function channel(): BroadcastChannel {
  opened ??= new BroadcastChannel('gatehouse-session')
  return opened
}

export function tellOtherTabs(): void {
  channel().postMessage('look')
}

/** Returns what stops the listening. */
export function onOtherTab(look: () => void): () => void {
  channel().onmessage = look
  return () => {
    channel().onmessage = null
  }
}
