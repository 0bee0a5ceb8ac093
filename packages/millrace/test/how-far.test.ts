/** Goal: a source that knows its whole tells how far it is, wherever it is read; one that does not says nothing. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type AnyTerm, run } from 'millrace'
import { csv, forEach, fromIterable, lines, ndjson } from 'millrace/terms'
import { expect, test } from 'vitest'
import splitJobs from './fixtures/split-jobs.ts'
import { temporaryFolder } from './temporary-folder.ts'

const progressOf = async (term: AnyTerm) => {
  const running = run(term as never)
  const { nodes } = await running.done
  return nodes[0]?.progress
}

test('items of what has a size; of a generator nothing is known', async () => {
  const items = { done: 3, total: 3, unit: 'items' }
  const sink = () => forEach(() => undefined)
  for (const source of [
    [1, 2, 3],
    new Set([1, 2, 3]),
    new Map([
      [1, 1],
      [2, 2],
      [3, 3],
    ]),
    Uint8Array.of(1, 2, 3),
  ])
    expect(await progressOf(fromIterable(source as Iterable<unknown>).pipe(sink()))).toEqual(items)
  function* numbers() {
    yield 1
  }
  expect(await progressOf(fromIterable(numbers).pipe(sink()))).toBeUndefined()
})

test('half of a list', async () => {
  const looks: unknown[] = []
  const running = run(
    fromIterable([1, 2, 3, 4]).pipe(
      forEach((n) => {
        if (n === 2) looks.push(running.stats().nodes[0]?.progress)
      }),
    ),
    { batchItems: 1, edges: { capacityItems: 1 } },
  )
  await running.done
  expect(looks).toEqual([{ done: expect.any(Number), total: 4, unit: 'items' }])
})

const content = Array.from({ length: 40_000 }, (_, n) => `${n},"a row"\n`).join('')

test.each(['lines', 'csv', 'ndjson', 'packed'])('bytes of a file: %s', async (kind) => {
  const folder = temporaryFolder()
  const file = join(folder, kind === 'packed' ? 'a.gz' : 'a.txt')
  const text = kind === 'ndjson' ? content.replace(/^.+$/gm, '{"row":1}') : content
  const bytes = kind === 'packed' ? gzipSync(text) : Buffer.from(text)
  writeFileSync(file, bytes)
  const source = kind === 'csv' ? csv(file) : kind === 'ndjson' ? ndjson(file) : lines(file)
  const looks: { done: number; total: number }[] = []
  let n = 0
  const running = run(
    (source as ReturnType<typeof lines>).pipe(
      forEach(() => {
        const progress = n++ % 1000 === 0 ? running.stats().nodes[0]?.progress : undefined
        if (progress !== undefined) looks.push(progress)
      }),
    ),
  )
  const { nodes } = await running.done
  const whole = { done: bytes.length, total: bytes.length, unit: 'bytes' }
  expect(nodes[0]?.progress).toEqual(whole)
  expect(looks.length).toBeGreaterThan(10)
  for (const [at, { done }] of looks.entries()) expect(done).toBeGreaterThanOrEqual(looks[at - 1]?.done ?? 0)
  if (kind !== 'packed') expect(looks[0]?.done).toBeLessThan(bytes.length)
})

test.each(['order', 'csv'] as const)('splits that workers read: %s', async (job) => {
  const file = join(temporaryFolder(), 'rows')
  writeFileSync(file, content)
  writeFileSync(`${file}.csv`, `city,note\n${content}`)
  const running = run(splitJobs({ job, file, splitBytes: 4096 }), {
    scheduler: { strategy: 'pool', workers: 2 },
  })
  const looks: (number | undefined)[] = []
  let n = 0
  for await (const _ of running.output())
    if (n++ % 1000 === 0) looks.push(running.stats().nodes[0]?.progress?.done)
  const { nodes, stages } = await running.done
  expect(stages[0]?.runsOn).toBe('workers')
  const total = content.length + (job === 'csv' ? 'city,note\n'.length : 0)
  expect(nodes[0]?.progress).toEqual({ done: total, total, unit: 'bytes' })
  expect(looks[0]).toBeGreaterThan(0)
})
