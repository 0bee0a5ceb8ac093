// Draws the curves of README.md from the figures that docs/performance.md records ("Many terms side by side"), so that both
// say the same. Nothing is measured here. After the table has changed:
//
//     node --import tsx bench/scaling/picture.ts

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'

const TABLE = fileURLToPath(new URL('../../docs/performance.md', import.meta.url))

/** Where the picture is. */
export const PICTURE = fileURLToPath(new URL('../../docs/images/scaling.svg', import.meta.url))

interface Figure {
  readonly contender: string
  readonly kind: string
  readonly terms: number
  readonly outputs: number
}

/** How each is drawn, and called; in the order of the legend. */
const CONTENDERS = {
  'work-stealing': { label: 'Millrace: work-stealing', color: '#d1495b', dash: [1, 0] },
  pool: { label: 'Millrace: pool', color: '#edae49', dash: [1, 0] },
  inline: { label: 'Millrace: inline (one thread)', color: '#00798c', dash: [1, 0] },
  loop: { label: 'a loop by hand (one thread)', color: '#888888', dash: [2, 2] },
  tinypool: { label: 'tinypool, a task per item', color: '#30638e', dash: [6, 3] },
  'worker-per-term': { label: 'a worker per term, by hand', color: '#5f4b8b', dash: [6, 3] },
  logicsponge: { label: 'LogicSponge (recorded)', color: '#7a9e7e', dash: [6, 3] },
} as const

const KINDS = { cpu: '20 µs of work per output', light: 'one multiplication per output' }
const UNITS: Readonly<Record<string, number>> = { k: 1e3, M: 1e6 }

/** The figures of the table that has a column `light20`. */
export function figuresOf(text: string): Figure[] {
  const lines = text.split('\n')
  const head = lines.findIndex((line) => line.startsWith('| | light20 |'))
  if (head < 0) throw new Error('docs/performance.md has no table with the column light20')
  const columns = cellsOf(lines[head] as string).slice(1)
  const end = lines.indexOf('', head)
  return lines.slice(head + 2, end).flatMap((line) => {
    const [contender = '', ...cells] = cellsOf(line)
    return cells.flatMap((cell, i): Figure[] => {
      const [, kind = '', terms] = /^([a-z]+)(\d+)$/.exec(columns[i] as string) ?? []
      const [, amount, unit = ''] = /^([\d.]+) ?([kM]?)$/.exec(cell) ?? []
      if (amount === undefined) return []
      return [{ contender, kind, terms: Number(terms), outputs: Number(amount) * (UNITS[unit] ?? 1) }]
    })
  })
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
}

/** The picture, as SVG. */
export async function draw(figures: readonly Figure[]): Promise<string> {
  const shown = Object.entries(CONTENDERS)
  const values = figures.flatMap(({ contender, kind, ...figure }) =>
    contender in CONTENDERS
      ? [
          {
            ...figure,
            kind: KINDS[kind as keyof typeof KINDS],
            who: CONTENDERS[contender as keyof typeof CONTENDERS].label,
          },
        ]
      : [],
  )
  const domain = shown.map(([, { label }]) => label)
  const spec: TopLevelSpec = {
    background: 'white',
    padding: 12,
    title: { text: 'Outputs per second, by the number of terms side by side', anchor: 'start', offset: 12 },
    data: { values },
    facet: { field: 'kind', type: 'nominal', title: null, sort: Object.values(KINDS) },
    columns: 2,
    spec: {
      width: 260,
      height: 260,
      mark: { type: 'line', point: { filled: true, size: 45 }, strokeWidth: 2 },
      encoding: {
        x: {
          field: 'terms',
          type: 'quantitative',
          title: 'terms',
          scale: { type: 'log', domain: [15, 13_000], nice: false },
          axis: { values: [20, 200, 1000, 10_000], format: ',', grid: false },
        },
        y: {
          field: 'outputs',
          type: 'quantitative',
          title: 'outputs per second',
          scale: { type: 'log' },
          axis: { format: '~s', tickCount: 5 },
        },
        color: {
          field: 'who',
          type: 'nominal',
          title: null,
          scale: { domain, range: shown.map(([, { color }]) => color) },
          legend: { orient: 'right', labelLimit: 320, symbolType: 'stroke', symbolStrokeWidth: 3 },
        },
        strokeDash: {
          field: 'who',
          type: 'nominal',
          title: null,
          scale: { domain, range: shown.map(([, { dash }]) => [...dash]) },
        },
      },
    },
    resolve: { scale: { y: 'independent' } },
  }
  return `${await new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG()}\n`
}

/** What the picture is to be. */
export function drawn(): Promise<string> {
  return draw(figuresOf(readFileSync(TABLE, 'utf8')))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(PICTURE, await drawn())
