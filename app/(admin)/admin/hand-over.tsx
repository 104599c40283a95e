import { CopyButton } from '#app/ui/copy-button.tsx'
import { Outcome } from '#app/ui/outcome.tsx'

/** What was done, and its link, which is shown for ten minutes: easy to copy, and to select without a script. */
export function HandOver({ said, text, link }: { said: string | undefined; text: string; link: string }) {
  return (
    <Outcome kind="warn">
      {said !== undefined && <span className="block font-medium">{said}</span>}
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
    </Outcome>
  )
}
