// A 20 px Lucide icon as server-rendered SVG, next to text or with its own label. The lucide-react components would run
// in the browser. Not named icon.tsx, which Next uses for the favicon.
import type { IconNode } from 'lucide'
import { createElement } from 'react'

export function Icon({ drawing }: { drawing: IconNode }) {
  return (
    <svg
      aria-hidden="true"
      className="icon"
      viewBox="0 0 24 24"
      width="20"
      height="20"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {drawing.map(([shape, attributes]) => createElement(shape, { ...attributes, key: JSON.stringify(attributes) }))}
    </svg>
  )
}
