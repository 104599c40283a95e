import type { Words } from '#lib/words/words.ts'

/** Shown once, easy to print and to copy without a script. */
export function RecoveryCodes({ words, codes }: { words: Words; codes: readonly string[] }) {
  return (
    <section aria-labelledby="codes" className="card flex flex-col gap-4 p-6">
      <div>
        <h2 id="codes" className="text-lg">
          {words('passkeys.codes.title')}
        </h2>
        <p className="text-muted">{words('passkeys.codes.lead')}</p>
      </div>
      <ul className="grid gap-2 sm:grid-cols-2">
        {codes.map((code) => (
          <li key={code}>
            <code translate="no" className="select-all">
              {code}
            </code>
          </li>
        ))}
      </ul>
    </section>
  )
}
