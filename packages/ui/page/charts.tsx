/** Rates, queued items and memory over time. */

import { useEffect, useRef } from 'preact/hooks'
import type uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { bytes, count } from '../src/model/format.ts'
import type { Point } from '../src/model/series.ts'

const HEIGHT = 150
/** A chart is drawn while it is in sight, or not further away than this. */
const NEAR = 200

type Library = typeof uPlot

/** What draws charts is in the page, and begins to run only after the first picture: it takes its time. */
const loading = async (): Promise<Library> => (await import('uplot')).default

/** One line of a chart. */
export interface Line {
  readonly name: string
  /** The custom property that has its colour. */
  readonly colour: string
}

interface ChartProps {
  readonly title: string
  readonly lines: readonly Line[]
  readonly columns: readonly (readonly (number | null)[])[]
  readonly show: (value: number) => string
  readonly xShow?: (value: number) => string
  /** Changes when the columns have. */
  readonly version: unknown
  /** How points are shown. Default: as a line. */
  readonly mark?: 'line' | 'point' | 'bar'
  /** Whether the values may be negative, and need not be near 0. */
  readonly isOpen?: boolean
  /** The term that draws it. */
  readonly id?: string
  /** Where a recording is being looked at. */
  readonly at?: number | undefined
}

interface ChartsProps {
  readonly points: readonly Point[]
  readonly version: number
  readonly at: number
}

/** The three charts that every run has. */
export function Charts({ points, version }: ChartsProps) {
  const at = points.map((point) => point.at)
  const stamp = version + (points[points.length - 1]?.at ?? 0)
  const hasWorkers = points.some(({ workerHeap }) => workerHeap !== null)
  return (
    <div class="charts">
      <Chart
        title="Items a second"
        lines={[
          { name: 'in', colour: '--line-a' },
          { name: 'out', colour: '--line-b' },
        ]}
        columns={[at, points.map(({ inRate }) => inRate), points.map(({ outRate }) => outRate)]}
        show={count}
        version={stamp}
      />
      <Chart
        title="Queued items"
        lines={[{ name: 'on all edges', colour: '--line-a' }]}
        columns={[at, points.map(({ queued }) => queued)]}
        show={count}
        version={stamp}
      />
      <Chart
        title="Heap"
        lines={[
          { name: 'caller', colour: '--line-a' },
          ...(hasWorkers ? [{ name: 'workers', colour: '--line-b' }] : []),
        ]}
        columns={[
          at,
          points.map(({ callerHeap }) => callerHeap),
          ...(hasWorkers ? [points.map(({ workerHeap }) => workerHeap)] : []),
        ]}
        show={bytes}
        version={stamp}
      />
    </div>
  )
}

/** A chart with its title, its newest values in words, and its lines. */
export function Chart(props: ChartProps) {
  const { title, lines, columns, show, version, id } = props
  const newestProps = useRef(props)
  newestProps.current = props
  const holder = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const isNear = useRef(false)
  const names = lines.map(({ name }) => name).join()
  useEffect(() => {
    const element = holder.current
    if (element === null) return
    let library: Library | undefined
    let isGone = false
    const draw = (): void => {
      if (library === undefined) return
      plot.current?.destroy()
      plot.current = new library(
        options(library, element.clientWidth, newestProps),
        newestProps.current.columns as uPlot.AlignedData,
        element,
      )
    }
    const sight = new IntersectionObserver(
      (entries) => {
        // several, if it came and went meanwhile: the last is how it is now
        isNear.current = entries.at(-1)?.isIntersecting === true
        if (!isNear.current) return
        if (plot.current !== undefined) plot.current.setData(newestProps.current.columns as uPlot.AlignedData)
        else
          void loading().then((loaded) => {
            library = isGone ? undefined : loaded
            draw()
          })
      },
      { rootMargin: `${NEAR}px` },
    )
    sight.observe(element)
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', draw)
    const observer = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }),
    )
    observer.observe(element)
    return () => {
      isGone = true
      library = undefined
      scheme.removeEventListener('change', draw)
      observer.disconnect()
      sight.disconnect()
      plot.current?.destroy()
      plot.current = undefined
    }
  }, [names])
  useEffect(() => {
    if (isNear.current) plot.current?.setData(columns as uPlot.AlignedData)
  }, [version])
  const newest = lines.map(({ name }, index) => {
    const column = columns[index + 1] ?? []
    const value = column[column.length - 1]
    return { name, text: value == null ? '–' : show(value) }
  })
  return (
    <figure class="card chart" data-plot={id}>
      <figcaption>
        <h2>{title}</h2>
        <span class="keys">
          {newest.map(({ name, text }, index) => (
            <span key={name}>
              <span class="key" style={{ background: `var(${lines[index]?.colour})` }} aria-hidden="true" />
              {name} <b>{text}</b>
            </span>
          ))}
        </span>
      </figcaption>
      <div
        class="plot"
        ref={holder}
        role="img"
        aria-label={`${title}: ${newest.map(({ name, text }) => `${name} ${text}`).join(', ')}`}
      />
    </figure>
  )
}

function seconds(value: number): string {
  return value < 120 ? `${Number(value.toFixed(1))} s` : `${Number((value / 60).toFixed(1))} min`
}

/** Labels are asked for as the chart is drawn, of what is shown then. */
function options(library: Library, width: number, props: { readonly current: ChartProps }): uPlot.Options {
  const { lines, show, mark = 'line', isOpen = false } = props.current
  const xShow = (value: number): string => (props.current.xShow ?? seconds)(value)
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  const bars = library.paths.bars?.({ size: [0.7, 40] })
  const axis = {
    stroke: colour('--faint-text'),
    font: '11px system-ui, sans-serif',
    ticks: { show: false },
    grid: { stroke: colour('--grid'), width: 1 },
  }
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, points: { show: false } },
    padding: [8, 8, 0, 0],
    scales: {
      x: { time: false },
      y: {
        range: (_, min, max) => (isOpen ? openRange(min, max, mark === 'bar') : [0, max > 0 ? max * 1.1 : 1]),
      },
    },
    axes: [
      { ...axis, size: 24, space: 70, values: (_, values) => values.map(xShow), grid: { show: false } },
      { ...axis, size: 58, space: 34, values: (_, values) => values.map(show) },
    ],
    series: [
      {},
      ...lines.map(({ name, colour: property }) => ({
        label: name,
        stroke: colour(property),
        width: mark === 'point' ? 0 : 1.6,
        points: { show: mark === 'point', size: 4, fill: colour(property) },
        spanGaps: false,
        ...(mark === 'bar' && bars !== undefined ? { paths: bars, fill: colour(property) } : {}),
      })),
    ],
  }
}

/** With a little room on both sides; 0 is in it if it is near, and for bars, which stand on it. */
function openRange(min: number | null, max: number | null, isOnZero: boolean): [number, number] {
  const [low, high] = [min ?? 0, max ?? 1]
  const room = (high - low || Math.abs(high) || 1) * 0.08
  if (isOnZero) return [low < 0 ? low - room : 0, high > 0 ? high + room : 0]
  return [low >= 0 && low < 2 * room ? 0 : low - room, high + room]
}
