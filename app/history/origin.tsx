import { Verbatim } from '#app/ui/verbatim.tsx'
import type { Words } from '#lib/words/words.ts'

/** Where a request came from: its address, or the network, which is kept longer. Nothing for the site itself. */
export function Origin({ words, address, network = '' }: { words: Words; address: string; network?: string }) {
  if (/^(127\.|::1$|::\/48$)/.test(address || network)) return words('history.this_machine')
  if (address !== '') return <Verbatim>{address}</Verbatim>
  if (network === '') return null
  return words.rich('history.network', { network: () => <Verbatim key="network">{network}</Verbatim> })
}
