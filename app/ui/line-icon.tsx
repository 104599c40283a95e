// A 20 px Lucide icon as server-rendered SVG, next to text or with its own label. The lucide-react components would run
// in the browser. Not named icon.tsx, which Next uses for the favicon.
import type { IconNode } from 'lucide'
import { createElement } from 'react'

/** The style sheet has all that icons share: what stands in the markup is sent twice, for React too. */
export function Icon({ drawing }: { drawing: IconNode }) {
  const shapes = drawing.map(([shape, attributes]) => createElement(shape, attributes))
  return createElement('svg', { 'aria-hidden': true, className: 'icon', viewBox: '0 0 24 24' }, ...shapes)
}
