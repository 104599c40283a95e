import type { Words } from '#lib/words/words.ts'
import type { Bar } from './chart.tsx'

export interface Series {
  key: 'signed_up' | 'logged_in' | 'failed'
  bars: readonly Bar[]
}

/** The figures behind the charts, at full width. */
export function Figures({ words, labelName, series }: { words: Words; labelName: string; series: readonly Series[] }) {
  const [first] = series
  return (
    <details className="card">
      <summary className="link min-h-11 cursor-pointer px-6 py-4">{words('admin.overview.figures')}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a frame that scrolls must be reachable by keyboard */}
      <section aria-label={words('admin.overview.figures')} className="table-scroll border-t border-line" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{labelName}</th>
              {series.flatMap(({ key }) => {
                const name = words(`admin.overview.${key}`)
                return [
                  <th key={key} scope="col" className="text-end">
                    {name}
                  </th>,
                  <th key={`${key}-before`} scope="col" className="text-end">
                    {words('admin.overview.before', { series: name })}
                  </th>,
                ]
              })}
            </tr>
          </thead>
          <tbody>
            {first?.bars.map(({ label }, index) => (
              <tr key={label}>
                <th scope="row" className="whitespace-nowrap">
                  {label}
                </th>
                {series.flatMap(({ key, bars }) => [
                  <td key={key} className="figures text-end">
                    {bars[index]?.count}
                  </td>,
                  <td key={`${key}-before`} className="figures text-end text-muted">
                    {bars[index]?.before}
                  </td>,
                ])}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}
