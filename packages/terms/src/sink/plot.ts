/** `plot`: a sink that makes a picture of fields over a field. */

import { existsSync } from 'node:fs'
import {
  BadInputError,
  type Context,
  InUseError,
  InvalidOptionError,
  messageOf,
  SinkTerm,
  type TermPicture,
} from '@millrace/core'
import { FileLock, writeWhole } from '@millrace/core/files'
import { checkOptions, checkWhole } from '../check.ts'
import { checkWellFormed } from '../format/well-formed.ts'
import { pathOf } from '../path-of.ts'
import { fieldOf } from '../source/as-record.ts'
import { drawSvg } from './draw-svg.ts'
import { pictureOf } from './picture-of.ts'

/** Options of {@link plot}. */
export interface PlotOptions<In> {
  /** The field that goes to the right: numbers, dates, or texts. Default: the item's number in the stream. */
  readonly x?: keyof In & string
  /** The fields that go up, a line each. Their values are numbers; where one is missing, the line has a gap. */
  readonly y: (keyof In & string) | readonly (keyof In & string)[]
  /** What stands above the picture. Default: nothing. */
  readonly title?: string
  /** How points are shown. Default `line`. */
  readonly mark?: 'line' | 'point' | 'bar'
  /** Items held at most. When there are more, every other one is left out, again and again. Default 10,000. */
  readonly maxPoints?: number
  /** Where to write the picture, at the end: a `.svg`, or the specification as `.json`. Default: nowhere. */
  readonly file?: string | URL
}

/** A picture as a Vega-Lite 6 specification with its data. */
export interface Plot {
  readonly $schema: string
  readonly [part: string]: unknown
}

/** What is held of one item: its number, its x and its ys. */
export type PlotPoint = readonly [at: number, x: unknown, ...ys: unknown[]]

/** The state of {@link plot}. */
export interface PlotState {
  /** Items so far. */
  seen: number
  /** One item in so many is held. */
  stride: number
  points: PlotPoint[]
}

/**
 * Draws fields of records over another field. The result is a Vega-Lite specification with its data, which Vega's
 * editor, notebooks and many other tools show; with `file: 'name.svg'` the picture is drawn, by the packages `vega` and
 * `vega-lite`, which have to be installed. The page of a run, and its report, show it as it grows. LogicSponge's `plot.Plot`, matplotlib's `plot`.
 *
 * Holds nothing back. Its state is the points, `maxPoints` at most: a picture of more shows no more.
 *
 * @throws {InvalidOptionError} if an option is not as above; the run fails with a `BadInputError` if the file cannot be
 * written or drawn, and before any item with an `InUseError` if another run writes it.
 *
 * @example
 * ```ts
 * import { run } from 'millrace'
 * import { fromIterable, plot } from 'millrace/terms'
 *
 * const readings = fromIterable([
 *   { at: 0, inside: 20, outside: 7 },
 *   { at: 60, inside: 21, outside: 6.5 },
 * ])
 * const picture = plot({ x: 'at', y: ['inside', 'outside'], title: 'Temperature' })
 * const { $schema, data } = (await run(readings.pipe(picture)).done).result(picture)
 * console.log($schema) // https://vega.github.io/schema/vega-lite/v6.json
 * console.log(data.values.length) // 4
 * ```
 */
export function plot<In extends object>(
  options: PlotOptions<In>,
): SinkTerm<In, Plot & { readonly data: { readonly values: readonly PlotValue[] } }, PlotState> {
  checkOptions('plot', options, { x: true, y: true, title: true, mark: true, maxPoints: true, file: true })
  const { x, title, mark = 'line', maxPoints = 10_000, file } = options
  const y: readonly string[] = typeof options.y === 'string' ? [options.y] : options.y
  const isName = (name: unknown): boolean => typeof name === 'string' && name !== ''
  if (!Array.isArray(y) || y.length === 0 || !y.every(isName) || new Set(y).size < y.length) {
    throw new InvalidOptionError(
      'y of plot()',
      options.y,
      'the name of a field, or a list of different names',
    )
  }
  if (x !== undefined && !isName(x)) throw new InvalidOptionError('x of plot()', x, 'the name of a field')
  if (!['line', 'point', 'bar'].includes(mark)) {
    throw new InvalidOptionError('mark of plot()', mark, '"line", "point" or "bar"')
  }
  if (title !== undefined && typeof title !== 'string')
    throw new InvalidOptionError('title of plot()', title, 'a text')
  checkWhole('maxPoints of plot()', maxPoints, 2)
  const path = file === undefined ? undefined : pathOf('plot', file)
  if (path !== undefined && !/\.(svg|json)$/.test(path)) {
    throw new InvalidOptionError('file of plot()', file, 'a name that ends in .svg or .json')
  }
  return new PlotSink<In>({ x, y, title, mark, maxPoints, path })
}

/** One point of one line. */
export interface PlotValue {
  readonly x: unknown
  readonly y: unknown
  /** The field that y is from. */
  readonly field: string
}

interface Drawing {
  readonly x: string | undefined
  readonly y: readonly string[]
  readonly title: string | undefined
  readonly mark: NonNullable<PlotOptions<object>['mark']>
  readonly maxPoints: number
  readonly path: string | undefined
}

type Specification = Plot & { readonly data: { readonly values: readonly PlotValue[] } }

class PlotSink<In extends object> extends SinkTerm<In, Specification, PlotState> {
  override name = 'plot'
  readonly #drawing: Drawing
  /** By run: the same term may be in several at once. */
  readonly #locks = new WeakMap<object, FileLock>()

  constructor(drawing: Drawing) {
    super()
    this.#drawing = drawing
  }

  override initialState(): PlotState {
    return { seen: 0, stride: 1, points: [] }
  }

  override async enter(ctx: Context<PlotState, never>): Promise<void> {
    const { path } = this.#drawing
    if (path === undefined) return
    try {
      const lock = await FileLock.ofFile(path, 'The picture')
      if (lock !== undefined) this.#locks.set(ctx, lock)
    } catch (cause) {
      throw cause instanceof InUseError ? cause : unwritable(path, cause)
    }
  }

  override picture({ id, state }: Context<PlotState, never>): TermPicture {
    const { y, title = id, mark } = this.#drawing
    return pictureOf({ title, mark, y }, state.points)
  }

  override replaces(): string | undefined {
    const { path } = this.#drawing
    return path !== undefined && existsSync(path) ? path : undefined
  }

  override exit(ctx: Context<PlotState, never>): void {
    this.#locks.get(ctx)?.release()
  }

  override write(item: In, { state }: Context<PlotState, never>): void {
    const { x, y, maxPoints } = this.#drawing
    const at = state.seen++
    if (at % state.stride !== 0) return
    state.points.push([at, x === undefined ? at : fieldOf(item, x), ...y.map((name) => fieldOf(item, name))])
    if (state.points.length <= maxPoints) return
    state.stride *= 2
    state.points = state.points.filter(([number]) => number % state.stride === 0)
  }

  override async result({ state }: Context<PlotState, never>): Promise<Specification> {
    const specification = specify(this.#drawing, state.points)
    const { path } = this.#drawing
    if (path === undefined) return specification
    const text = path.endsWith('.svg') ? await drawSvg(specification) : `${JSON.stringify(specification)}\n`
    checkWellFormed('The picture of plot()', text)
    try {
      await writeWhole(path, text)
    } catch (cause) {
      throw unwritable(path, cause)
    }
    return specification
  }
}

function unwritable(path: string, cause: unknown): BadInputError {
  return new BadInputError(`plot() cannot write ${path}: ${messageOf(cause)}`, { cause })
}

function specify({ x, y, title, mark }: Drawing, points: readonly PlotPoint[]): Specification {
  const values = points.flatMap(([, right, ...up]) =>
    y.map((field, at): PlotValue => ({ x: shown(right), y: shown(up[at]) ?? null, field })),
  )
  const right = points.find(([, value]) => value !== undefined && value !== null)?.[1]
  const type = right instanceof Date ? 'temporal' : typeof right === 'string' ? 'nominal' : 'quantitative'
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    ...(title === undefined ? {} : { title }),
    width: 480,
    height: 300,
    data: { values },
    mark,
    encoding: {
      x: { field: 'x', type, title: x ?? 'item' },
      y: { field: 'y', type: 'quantitative', title: y.length === 1 ? y[0] : null },
      ...(y.length === 1 ? {} : { color: { field: 'field', type: 'nominal', title: null, sort: y } }),
    },
  }
}

/** As JSON can hold it. */
function shown(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'bigint' ? Number(value) : value
}
