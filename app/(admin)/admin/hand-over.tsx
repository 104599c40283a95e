import { Notice } from '#app/ui/notice.tsx'

/** A link that is shown once, easy to select and copy without a script. */
export function HandOver({ text, link }: { text: string; link: string }) {
  return (
    <Notice kind="warn">
      <span>{text}</span>
      <code translate="no" className="mt-2 block rounded-control bg-raised px-3 py-2 text-sm break-all select-all">
        {link}
      </code>
    </Notice>
  )
}
