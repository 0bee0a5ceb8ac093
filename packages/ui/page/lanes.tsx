/** Lanes: each thread over time, the darker the busier. */

import { percent } from '../src/model/format.ts'
import type { Point } from '../src/model/series.ts'

/** Cells in a lane at most. */
const CELLS = 120

/** The caller's thread and each worker. */
export function Lanes({ points }: { readonly points: readonly Point[] }) {
  const names = [...new Set(points.flatMap(({ lanes }) => [...lanes.keys()]))]
  if (names.length === 0) return null
  const stride = Math.max(1, Math.ceil(points.length / CELLS))
  const count = Math.ceil(points.length / stride)
  return (
    <section class="card lanes" aria-label="Threads over time">
      <h2>Threads</h2>
      <ul>
        {names.map((name) => {
          const shares = Array.from({ length: count }, (_, cell) => {
            const part = points
              .slice(cell * stride, (cell + 1) * stride)
              .flatMap(({ lanes }) => lanes.get(name) ?? [])
            return part.length === 0 ? undefined : part.reduce((sum, share) => sum + share, 0) / part.length
          })
          const newest = points[points.length - 1]?.lanes.get(name)
          return (
            <li key={name}>
              <span class="lane-name">{name}</span>
              <svg
                class="lane"
                viewBox={`0 0 ${Math.max(count, 40)} 10`}
                preserveAspectRatio="none"
                role="img"
                aria-label={`${name}: ${newest === undefined ? 'gone' : `${percent(newest)} at work now`}`}
              >
                <rect width="100%" height="10" class="lane-ground" />
                {shares.map((share, cell) =>
                  share === undefined || share < 0.005 ? null : (
                    <rect
                      key={cell}
                      x={cell}
                      width={1}
                      height={10}
                      class="lane-cell"
                      fill-opacity={0.12 + 0.88 * share}
                    />
                  ),
                )}
              </svg>
              <span class="lane-share">{newest === undefined ? '–' : percent(newest)}</span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
