import { CopyButton } from '#app/ui/copy-button.tsx'
import { Notice } from '#app/ui/notice.tsx'

/** A link that is shown once, easy to copy, and to select without a script. */
export function HandOver({ text, link }: { text: string; link: string }) {
  return (
    <Notice kind="warn">
      <span>{text}</span>
      <span data-copied className="mt-2 flex flex-wrap items-center gap-3">
        <code
          translate="no"
          className="flex-1 basis-64 rounded-control bg-raised px-3 py-2 text-sm break-all select-all"
        >
          {link}
        </code>
        <CopyButton />
      </span>
    </Notice>
  )
}
