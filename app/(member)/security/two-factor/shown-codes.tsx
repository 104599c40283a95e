import { Outcome } from '#app/ui/outcome.tsx'
import type { Words } from '#lib/words/words.ts'
import { CodeButtons } from './code-buttons.tsx'

interface Props {
  words: Words
  codes: readonly string[]
  /** What was done. */
  said: string
  /** The page that follows. */
  next: string
}

/** New recovery codes, on the one page that shows them. Printed alone. */
export function ShownCodes({ words, codes, said, next }: Props) {
  return (
    <div className="flex flex-col gap-6">
      <h1 className="no-print text-xl sm:text-2xl">{words('two_factor.keep_title')}</h1>
      <div className="no-print">
        <Outcome kind="good">{said}</Outcome>
      </div>
      <section aria-labelledby="codes" data-copied className="card flex flex-col gap-6 p-6">
        <p className="no-print">{words('two_factor.keep')}</p>
        <div>
          <h2 id="codes" className="mb-3 text-lg">
            {words('two_factor.printed', { site: words('site.name') })}
          </h2>
          <ul className="grid gap-x-8 gap-y-2 sm:grid-cols-2">
            {codes.map((code) => (
              <li key={code}>
                <code translate="no" className="figures text-lg">
                  {code}
                </code>
              </li>
            ))}
          </ul>
        </div>
        <div className="no-print flex flex-wrap gap-3">
          <CodeButtons printLabel={words('two_factor.print')} />
          <a href={next} className="button button-primary">
            {words('two_factor.kept')}
          </a>
        </div>
      </section>
    </div>
  )
}
