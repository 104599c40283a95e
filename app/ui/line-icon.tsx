// Not icon.tsx: Next takes that name for a favicon.
// One of Lucide's drawings as markup; 20 px, beside words or a name of their own. The lucide-react components would
// run in the browser; this does so only inside client components.
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
