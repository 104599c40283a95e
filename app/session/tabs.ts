// Synchronises tabs: one broadcasts, and the others ask the server. No tab trusts another's data.

let opened: BroadcastChannel | undefined

/** One channel per page, since a channel does not receive its own messages. */
function channel(): BroadcastChannel {
  opened ??= new BroadcastChannel('gatehouse-session')
  return opened
}

export function tellOtherTabs(): void {
  channel().postMessage('look')
}

/** Returns a function that stops listening. */
export function onOtherTab(look: () => void): () => void {
  channel().onmessage = look
  return () => {
    channel().onmessage = null
  }
}
