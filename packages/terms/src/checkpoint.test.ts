// Files read and written go on from a checkpoint: whatever moment the process died at, each line once, each byte the same.

import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type RunOptions, run, type Term } from '@millrace/core'
import { MemoryStore, Random, seededSchedule } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  collect,
  csv,
  csvTail,
  filter,
  formatCsv,
  fromIterable,
  lines,
  map,
  reduce,
  writeCsv,
  writeLines,
  writeNdjson,
} from './index.ts'
import { temporaryFolder } from './test/temporary-folder.ts'

/** Runs the term again and again, killed after some activations; resolves with the summary of the last run. */
async function survive(make: () => Term<never, never>, seed: number, options: RunOptions = {}, life = 60) {
  const random = new Random(seed)
  let store = new MemoryStore()
  for (let kills = 0; ; kills++) {
    let left = kills === 6 ? Number.POSITIVE_INFINITY : 1 + random.below(life)
    let remains: MemoryStore | undefined
    const pick = seededSchedule(seed)
    const running = run(make(), {
      ...options,
      checkpoint: { store, everyItems: 1 + random.below(40) },
      pick: (count) => {
        if (--left === 0) {
          remains = store.copy()
          void running.cancel('killed')
        }
        return pick(count)
      },
    })
    const summary = await running.done.catch((error: unknown) => {
      if (remains === undefined) throw error
    })
    if (summary !== undefined && remains === undefined) return { summary, kills }
    store = remains as MemoryStore
  }
}

const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\r', ' ') }), { maxLength: 300 })

test('lines: at the byte where a line begins, whatever the encoding and the line ends', async () => {
  const folder = await temporaryFolder()
  let count = 0
  await fc.assert(
    fc.asyncProperty(
      texts,
      fc.constantFrom('\n', '\r\n'),
      fc.constantFrom<BufferEncoding>('utf8', 'latin1', 'utf16le'),
      fc.boolean(),
      fc.nat(),
      async (all, end, encoding, isPacked, seed) => {
        const file = join(folder, `${count++}.txt${isPacked ? '.gz' : ''}`)
        const bytes = Buffer.from(all.join(end), encoding)
        await writeFile(file, isPacked ? gzipSync(bytes) : bytes)
        const [sink, again] = [collect<string>(), collect<string>()]
        const options = { batchItems: 7, edges: { capacityItems: 5 } }
        const { summary } = await survive(() => lines(file, { encoding }).pipe(sink), seed, options)
        const undisturbed = await run(lines(file, { encoding }).pipe(again)).done
        expect(summary.result(sink)).toEqual(undisturbed.result(again))
      },
    ),
    { numRuns: 60 },
  )
})

test('a CSV file that grows is gone on with in the middle of a record, of a quote and of a character', async () => {
  const file = join(await temporaryFolder(), 'growing.csv')
  const all = Array.from({ length: 120 }, (_, id) => ({ id, text: `a "${id}"\r\n,é 😀` }))
  const records = all.map(({ id, text }) => Buffer.from(`${id},"${text.replaceAll('"', '""')}"\n`))
  for (let seed = 0; seed < 6; seed++) {
    const random = new Random(seed)
    await writeFile(file, 'id,text\n')
    const sink = collect<{ id: number; text: string }>()
    let store = new MemoryStore()
    let resumes = 0
    let written = Buffer.alloc(0)
    // each life sees ten records more, and some bytes of the next; it is killed at one of them, the last one at none
    for (let target = random.below(10), there = 10; ; target += 1 + random.below(10), there += 10) {
      const isLast = there === all.length
      const bytes = Buffer.concat(records.slice(0, there + 1))
      const size = isLast ? bytes.length : bytes.length - 1 - random.below((records[there] as Buffer).length)
      await appendFile(file, bytes.subarray(written.length, size))
      written = bytes.subarray(0, size)
      let remains: MemoryStore | undefined
      const weak = map((row: { id: number; text: string }) => {
        if (row.id === target && !isLast) {
          remains = store.copy()
          void running.cancel('killed')
        }
        return row
      })
      const options = { pollMs: 1, cast: { id: Number }, ...(isLast ? { untilIdleMs: 20 } : {}) }
      const running = run(csvTail<{ id: number; text: string }>(file, options).pipe(weak, sink), {
        ...{ batchItems: 3, edges: { capacityItems: 5 } },
        checkpoint: { store, everyItems: 1 + random.below(7) },
      })
      running.on('resume', () => resumes++)
      const summary = await running.done.catch((error: { readonly code: string }) => {
        if (error.code !== 'CANCELLED') throw error
      })
      if (isLast) {
        expect(summary?.result(sink)).toEqual(all)
        break
      }
      store = remains as MemoryStore
    }
    expect(resumes).toBeGreaterThan(0)
  }
})

test('lines of many chunks are read on from where they were, not from the begin', async () => {
  const file = join(await temporaryFolder(), 'long.txt')
  const all = Array.from({ length: 60_000 }, (_, i) => `line ${i} ${'é'.repeat(i % 9)}`)
  await writeFile(file, all.join('\n'))
  const store = new MemoryStore()
  const controller = new AbortController()
  let seen = 0
  const weak = filter((line: string) => {
    if (line === 'line 45000 ') controller.abort()
    seen++
    return line.endsWith('é')
  })
  const make = () =>
    lines(file).pipe(
      weak,
      reduce((sum: number) => sum + 1, 0),
      collect<number>(),
    )
  const options = { checkpoint: { store, everyItems: 500 } }
  await expect(run(make(), { ...options, signal: controller.signal }).done).rejects.toThrow()
  seen = 0
  const { results } = await run(make(), options).done
  expect(Object.values(results)).toEqual([[all.filter((line) => line.endsWith('é')).length]])
  expect(seen).toBeLessThan(40_000)
})

test('csv in, csv, ndjson and lines out: the files of an undisturbed run', async () => {
  const folder = await temporaryFolder()
  const rows = Array.from({ length: 3_000 }, (_, i) => `${i},"n ${i % 7},x"`)
  const file = join(folder, 'in.csv')
  await writeFile(file, `id,name\n${rows.join('\n')}`)
  const paths = (name: string) =>
    ['a.csv', 'b.ndjson', 'c.txt'].map((end) => join(folder, `${name}.${end}`)) as [string, string, string]
  const make = ([asCsv, asJson, asText]: readonly [string, string, string]) =>
    csv(file).parallel(
      map((row: Record<string, string>) => row).pipe(writeCsv(asCsv)),
      map((row: Record<string, string>) => row).pipe(writeNdjson(asJson)),
      formatCsv({ columns: ['id', 'name'] }).pipe(writeLines(asText)),
    ) as unknown as Term<never, never>
  await run(make(paths('whole'))).done
  for (let seed = 0; seed < 6; seed++) {
    const out = paths(`out${seed}`)
    const { summary, kills } = await survive(
      () => make(out),
      seed,
      { batchItems: 64, edges: { capacityItems: 64 } },
      300,
    )
    for (const [i, path] of paths('whole').entries()) {
      expect((await readFile(path)).equals(await readFile(out[i] as string))).toBe(true)
    }
    expect(summary.result).toBeDefined()
    expect(kills).toBeGreaterThan(0)
  }
})

test('what cannot be gone on with is refused', async () => {
  const refused = (term: Term<never, never>) => {
    try {
      return run(term, { checkpoint: { store: new MemoryStore() } })
    } catch (error) {
      return (error as Error).message
    }
  }
  const numbers = ['1', '2']
  expect(refused(fromIterable(numbers).pipe(writeLines('a.gz')))).toMatch(/"writeLines" packs its file/)
  expect(refused(lines('/dev/null').pipe(collect()))).toMatch(
    /"lines" reads \/dev\/null, which is no regular file/,
  )
  for (const source of [fromIterable(() => numbers), fromIterable(numbers.values())]) {
    expect(refused(source.pipe(collect()))).toMatch(/"fromIterable" cannot be begun in the middle/)
  }
  for (const source of [
    fromIterable(numbers),
    fromIterable(new Set(numbers)),
    fromIterable(() => numbers).replays(),
  ]) {
    expect(refused(source.pipe(collect()))).not.toBeTypeOf('string')
  }
})
