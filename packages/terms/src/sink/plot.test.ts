/** Goal: `plot` shows what came, within its bound, in a form that Vega draws. */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '@millrace/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { map } from '../function/map.ts'
import { fromIterable } from '../source/from-iterable.ts'
import { type PlotOptions, plot } from './plot.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-plot-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const readings = [
  { at: new Date(0), inside: 20, outside: 7 },
  { at: new Date(60_000), inside: 21, outside: undefined },
]

test('every field is a line of its own, and what is missing is a gap', async () => {
  const picture = plot<(typeof readings)[number]>({ x: 'at', y: ['inside', 'outside'], title: 'T' })
  const spec = (await run(fromIterable(readings).pipe(picture)).done).result(picture)
  expect(spec.data.values).toEqual([
    { x: '1970-01-01T00:00:00.000Z', y: 20, field: 'inside' },
    { x: '1970-01-01T00:00:00.000Z', y: 7, field: 'outside' },
    { x: '1970-01-01T00:01:00.000Z', y: 21, field: 'inside' },
    { x: '1970-01-01T00:01:00.000Z', y: null, field: 'outside' },
  ])
  expect(spec).toMatchObject({ title: 'T', mark: 'line', encoding: { x: { type: 'temporal', title: 'at' } } })
})

test('without x the number of the item goes to the right; points are bounded, evenly', async () => {
  const items = Array.from({ length: 1000 }, (_, n) => ({ n: n * n }))
  const picture = plot<{ n: number }>({ y: 'n', maxPoints: 100 })
  const { values } = (await run(fromIterable(items).pipe(picture)).done).result(picture).data
  expect(values).toEqual(Array.from({ length: 63 }, (_, i) => ({ x: 16 * i, y: 256 * i * i, field: 'n' })))
})

test('an .svg is drawn, a .json is the specification', async () => {
  const [svg, json] = [join(folder, 'a.svg'), join(folder, 'a.json')]
  const picture = plot<(typeof readings)[number]>({ x: 'at', y: 'inside', file: json })
  const { result } = await run(fromIterable(readings).pipe(picture)).done
  expect(JSON.parse(await readFile(json, 'utf8'))).toEqual(result(picture))
  await run(fromIterable(readings).pipe(plot({ x: 'at', y: ['inside', 'outside'], file: svg }))).done
  const drawn = await readFile(svg, 'utf8')
  expect([drawn.startsWith('<svg'), drawn.includes('outside')]).toEqual([true, true])
})

test('of two runs at once the second one is refused; a replay does not replace what is there, unless it is told to', async () => {
  const file = join(folder, 'taken.json')
  const graph = fromIterable(readings).pipe(
    map((reading) => reading),
    plot({ y: 'inside', file }),
  )
  const [first, second] = await Promise.allSettled([run(graph).done, run(graph).done])
  expect([first?.status, second]).toMatchObject([
    'fulfilled',
    { reason: { term: 'plot', phase: 'enter', cause: { code: 'IN_USE' } } },
  ])
  const drawn = await readFile(file, 'utf8')
  const replay = { map: [{ at: new Date(0), inside: 30 }] }
  expect(() => run(graph, { replay })).toThrow(expect.objectContaining({ code: 'WOULD_REPLACE' }))
  expect(await readFile(file, 'utf8')).toBe(drawn)
  await run(graph, { replay, overwrite: true }).done
  expect(JSON.parse(await readFile(file, 'utf8')).data.values).toMatchObject([{ y: 30 }])
})

test('a picture of nothing is empty', async () => {
  const picture = plot<{ n: number }>({ y: 'n' })
  expect((await run(fromIterable<{ n: number }>([]).pipe(picture)).done).result(picture).data.values).toEqual(
    [],
  )
})

test('a folder that is not there fails the run, with the reason', async () => {
  const file = join(folder, 'nowhere', 'a.json')
  const { done } = run(fromIterable(readings).pipe(plot({ y: 'inside', file })))
  await expect(done).rejects.toMatchObject({ cause: { code: 'BAD_INPUT' } })
})

test.each([
  { y: [] },
  { y: ['n', 'n'] },
  { y: 'n', x: '' },
  { y: 'n', mark: 'pie' },
  { y: 'n', maxPoints: 1 },
  { y: 'n', title: 1 },
  { y: 'n', file: 'a.png' },
])('%j is refused', (options) => {
  expect(() => plot(options as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
})

test('a picture that cannot be drawn is none, and fails nobody', async () => {
  const running = run(
    fromIterable([{ x: Object.create(null), v: 1 }]).pipe(plot({ x: 'x', y: 'v' }).named('p')),
  )
  expect((await running.done).outcome).toBe('completed')
  expect([...running.pictures()]).toEqual([])
})

test('the picture so far: some of the points, in the order of x, gaps as gaps', async () => {
  const days = ['mon', 'tue', 'mon']
  const pictureOf = async (items: readonly object[], options: object) => {
    const running = run(fromIterable(items).pipe(plot(options as PlotOptions<object>).named('p')))
    await running.done
    return running.pictures().get('p')
  }
  expect(
    await pictureOf([{ t: 3, v: 1 }, { t: 1, v: 2 }, { t: 2 }, { t: 'x', v: 9 }], { x: 't', y: ['v'] }),
  ).toEqual({
    title: 'p',
    mark: 'line',
    xKind: 'number',
    x: [1, 2, 3],
    lines: [{ name: 'v', y: [2, null, 1] }],
  })
  expect(
    await pictureOf(
      days.map((day, n) => ({ day, n })),
      { x: 'day', y: 'n', mark: 'bar', title: 'T' },
    ),
  ).toEqual({
    title: 'T',
    mark: 'bar',
    xKind: 'text',
    labels: ['mon', 'tue'],
    x: [0, 0, 1],
    lines: [{ name: 'n', y: [0, 2, 1] }],
  })
  const many = await pictureOf(
    Array.from({ length: 5000 }, (_, n) => ({ at: new Date(n), n })),
    { x: 'at', y: 'n' },
  )
  expect([many?.xKind, many?.x.length, many?.x[0], many?.x[1]]).toEqual(['time', 385, 0, 13])
})
