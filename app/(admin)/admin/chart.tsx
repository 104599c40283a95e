import { scaleBand, scaleLinear } from 'd3-scale'

/** In SVG user units; the drawing scales to the available width. */
const width = 260
const height = 120
const axis = { left: 28, bottom: 20, top: 8 }

export interface Bar {
  /** The hour or day, in full. */
  label: string
  /** The label below the bar; null for most, for lack of space. */
  tick: string | null
  count: number
  /** The same hour or day of the period before. */
  before: number
  /** All of it as a sentence, which the pointer shows. */
  title: string
}

/** Event counts as a bar chart, with the period before as lines. Rendered on the server. */
export function Chart({
  name,
  title,
  summary,
  isDanger,
  bars,
}: {
  name: string
  title: string
  /** The chart as a sentence. */
  summary: string
  isDanger: boolean
  bars: readonly Bar[]
}) {
  const x = scaleBand<number>().domain(bars.keys()).range([axis.left, width]).padding(0.25)
  const most = Math.max(1, ...bars.flatMap(({ count, before }) => [count, before]))
  const y = scaleLinear()
    .domain([0, most])
    .range([height - axis.bottom, axis.top])
    .nice(3)
  const ticks = y.ticks(3).filter(Number.isInteger)
  const gap = (x.step() - x.bandwidth()) / 2

  return (
    <section aria-labelledby={name} className="card flex flex-col gap-4 p-6">
      <div>
        <h2 id={name} className="text-lg">
          {title}
        </h2>
        <p className="figures text-sm text-muted">{summary}</p>
      </div>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${title}: ${summary}`}
        className={isDanger ? 'chart chart-danger' : 'chart'}
      >
        {ticks.map((tick) => (
          <g key={tick}>
            <line x1={axis.left} x2={width} y1={y(tick)} y2={y(tick)} />
            <text x={axis.left - 6} y={y(tick)} dy="0.32em" textAnchor="end">
              {tick}
            </text>
          </g>
        ))}
        {bars.map(({ label, tick, count, before, title }, index) => {
          const left = x(index) ?? 0
          return (
            <g key={label}>
              <title>{title}</title>
              <rect
                className="hit"
                x={left - gap}
                y={axis.top}
                width={x.step()}
                height={height - axis.bottom - axis.top}
              />
              {count > 0 && (
                <rect x={left} y={y(count)} width={x.bandwidth()} height={height - axis.bottom - y(count)} rx={1.5} />
              )}
              {before > 0 && (
                <line
                  className="earlier"
                  x1={left - gap}
                  x2={left + x.bandwidth() + gap}
                  y1={y(before)}
                  y2={y(before)}
                />
              )}
              {tick !== null && (
                // Keep the last label inside the drawing.
                <text
                  x={index === bars.length - 1 ? width : left + x.bandwidth() / 2}
                  y={height - 4}
                  textAnchor={index === bars.length - 1 ? 'end' : 'middle'}
                >
                  {tick}
                </text>
              )}
            </g>
          )
        })}
      </svg>
    </section>
  )
}
