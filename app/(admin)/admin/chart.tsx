import { scaleBand, scaleLinear } from 'd3-scale'
import type { Words } from '#lib/words/words.ts'

/** In SVG user units; the drawing scales to the available width. */
const width = 260
const height = 120
const axis = { left: 28, bottom: 20, top: 8 }

export interface Bar {
  /** The row label in the table. */
  label: string
  /** The label below the bar; null for most, for lack of space. */
  tick: string | null
  count: number
}

/** Event counts as a bar chart and a table. Rendered on the server. */
export function Chart({
  words,
  title,
  summary,
  labelName,
  bars,
}: {
  words: Words
  title: string
  /** The chart as a sentence. */
  summary: string
  labelName: string
  bars: readonly Bar[]
}) {
  const x = scaleBand<number>().domain(bars.keys()).range([axis.left, width]).padding(0.25)
  const most = Math.max(1, ...bars.map(({ count }) => count))
  const y = scaleLinear()
    .domain([0, most])
    .range([height - axis.bottom, axis.top])
    .nice(3)
  const ticks = y.ticks(3).filter(Number.isInteger)
  const name = title.replaceAll(/\W/g, '-').toLowerCase()

  return (
    <section aria-labelledby={name} className="card flex flex-col gap-4 p-6">
      <div>
        <h2 id={name} className="text-lg">
          {title}
        </h2>
        <p className="figures text-muted">{summary}</p>
      </div>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${title}: ${summary}`} className="chart">
        {ticks.map((tick) => (
          <g key={tick}>
            <line x1={axis.left} x2={width} y1={y(tick)} y2={y(tick)} />
            <text x={axis.left - 6} y={y(tick)} dy="0.32em" textAnchor="end">
              {tick}
            </text>
          </g>
        ))}
        {bars.map(({ label, tick, count }, index) => (
          <g key={label}>
            {count > 0 && (
              <rect x={x(index)} y={y(count)} width={x.bandwidth()} height={height - axis.bottom - y(count)} rx={1.5} />
            )}
            {tick !== null && (
              // Keep the last label inside the drawing.
              <text
                x={index === bars.length - 1 ? width : (x(index) ?? 0) + x.bandwidth() / 2}
                y={height - 4}
                textAnchor={index === bars.length - 1 ? 'end' : 'middle'}
              >
                {tick}
              </text>
            )}
          </g>
        ))}
      </svg>
      <details>
        <summary className="link w-fit cursor-pointer">{words('admin.overview.figures')}</summary>
        <table className="table mt-3">
          <thead>
            <tr>
              <th scope="col">{labelName}</th>
              <th scope="col" className="text-end">
                {words('admin.overview.count')}
              </th>
            </tr>
          </thead>
          <tbody>
            {bars.map(({ label, count }) => (
              <tr key={label}>
                <td>{label}</td>
                <td className="figures text-end">{count}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  )
}
