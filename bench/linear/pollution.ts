// Thirty other pipelines that go through a library before a polluted workload is timed: other functions, other
// shapes, other kinds of items, as in a program that uses its library in more than one place. Data only.

import { numbersUpTo } from './functions.ts'
import { filter, flatMap, map, type OtherPipeline, over, scan } from './other-pipeline.ts'

interface Point {
  readonly x: number
  readonly y: number
}

const numbers = numbersUpTo(500)
const words = numbers.map((x) => `word ${(x * 7919) % 613}`)
const points: Point[] = numbers.map((x) => ({ x, y: x % 17 }))

export const otherPipelines: readonly OtherPipeline[] = [
  over(
    numbers,
    (s, x: number) => s + x,
    map((x: number) => x * 2),
  ),
  over(
    numbers,
    (s, x: number) => s - x,
    filter((x: number) => x > 100),
  ),
  over(
    numbers,
    (s, x: number) => Math.max(s, x),
    map((x: number) => x % 91),
    filter((x: number) => x < 80),
  ),
  over(
    numbers,
    (s) => s + 1,
    filter((x: number) => x % 3 === 0),
    map((x: number) => x / 3),
  ),
  over(
    numbers,
    (s, x: number) => s + x,
    scan((s: number, x: number) => s ^ x, 0),
  ),
  over(
    numbers,
    (s, x: number) => s + x,
    map((x: number) => x / 2),
    filter((x: number) => Number.isInteger(x)),
  ),
  over(
    numbers,
    (s, x: string) => s + x.length,
    map((x: number) => `${x}`),
  ),
  over(
    numbers,
    (s, x: string) => s + x.length,
    map((x: number) => x.toString(16)),
    filter((x: string) => x !== 'f'),
  ),
  over(
    numbers,
    (s, p: Point) => s + p.y,
    map((x: number): Point => ({ x, y: -x })),
  ),
  over(
    numbers,
    (s, x: number) => s + x,
    flatMap((x: number) => [x, x + 1]),
  ),
  over(
    numbers,
    (s, x: number) => s + x,
    flatMap((x: number) => (x % 2 === 0 ? [] : [x])),
    map((x: number) => x - 1),
  ),
  over(
    numbers,
    (s, x: boolean) => s + (x ? 1 : 0),
    map((x: number) => x % 5 === 0),
  ),
  over(
    words,
    (s, w: string) => s + w.length,
    map((w: string) => w.toUpperCase()),
  ),
  over(
    words,
    (s, w: string) => s + w.charCodeAt(0),
    filter((w: string) => w.endsWith('7')),
  ),
  over(
    words,
    (s, x: number) => s + x,
    map((w: string) => w.length),
    scan((s: number, x: number) => s + x, 0),
  ),
  over(
    words,
    (s) => s + 1,
    flatMap((w: string) => w.split(' ')),
    filter((w: string) => w.startsWith('w')),
  ),
  over(
    words,
    (s, x: number) => (s * 3 + x) % 10_007,
    map((w: string) => Number(w.slice(5))),
  ),
  over(
    words,
    (s, w: string) => s + w.length,
    scan((s: string, w: string) => (s + w).slice(-9), ''),
  ),
  over(
    words,
    (s, x: number) => s + x,
    map((w: string) => [w, w.length] as const),
    map((p: readonly [string, number]) => p[1]),
  ),
  over(
    words,
    (s, w: string) => s + w.length,
    filter((w: string) => w.includes('1')),
    map((w: string) => w + w),
    filter((w: string) => w.length > 12),
  ),
  over(
    points,
    (s, p: Point) => s + p.x,
    filter((p: Point) => p.y === 3),
  ),
  over(
    points,
    (s, x: number) => s + x,
    map((p: Point) => p.x * p.y),
  ),
  over(
    points,
    (s, x: number) => s + x,
    map((p: Point) => p.x),
    filter((x: number) => x % 4 !== 1),
    map((x: number) => -x),
  ),
  over(
    points,
    (s, p: Point) => s + p.x,
    map((p: Point): Point => ({ x: p.y, y: p.x })),
    filter((p: Point) => p.x < 9),
  ),
  over(
    points,
    (s, p: Point) => s + p.y,
    scan((s: Point, p: Point): Point => ({ x: s.x + 1, y: p.y }), { x: 0, y: 0 }),
  ),
  over(
    points,
    (s, x: number) => s + x,
    flatMap((p: Point) => [p.x, p.y]),
    filter((x: number) => x !== 0),
  ),
  over(
    points,
    (s, x: number) => s + x,
    flatMap((p: Point) => [p]),
    map((p: Point) => p.y),
    scan((s: number, x: number) => s + x, 1),
  ),
  over(
    numbers,
    (s, x: number) => s + x,
    map((x: number) => x + 0.5),
    map((x: number) => x * x),
    map((x: number) => Math.floor(x)),
  ),
  over(
    numbers,
    (s, x: number) => s + x,
    filter((x: number) => x > 9),
    filter((x: number) => x < 400),
    filter((x: number) => x !== 77),
  ),
  over(
    numbers,
    (s, x: number | string) => s + (typeof x === 'string' ? x.length : x),
    map((x: number): number | string => (x % 2 === 0 ? x : `${x}`)),
    filter((x: number | string) => x !== 4),
    map((x: number | string): number | string => (typeof x === 'string' ? `${x}!` : x + 1)),
    scan((s: number | string, x: number | string): number | string => (typeof x === 'string' ? x : s), 0),
  ),
]
