/** Goal: under every strategy a term gives what it gives on the caller's thread, and no term is forgotten here. */

import { run, type ScheduledRunOptions } from 'millrace'
import * as rx from 'millrace/rx'
import * as terms from 'millrace/terms'
import { beforeAll, describe, expect, test } from 'vitest'
import { strategies } from '../src/config/settings.ts'
import everyTerm, { graphs, leftOut, noTerms } from './fixtures/every-term.ts'

/** What is compared: results by sink, items lost on the way; or how it failed. */
type Answer =
  | { readonly results: Readonly<Record<string, unknown>>; readonly discarded: number }
  | { readonly failed: string }

/** The answers of all terms, one after the other, and how many runs had workers at work. */
async function answersOf(options: ScheduledRunOptions = {}) {
  const answers: Record<string, Answer> = {}
  let onWorkers = 0
  for (const term of Object.keys(graphs)) {
    try {
      const { results, items, threads } = await run(everyTerm({ term }), options).done
      answers[term] = { results, discarded: items.discarded }
      if (threads.workers.length > 0) onWorkers++
    } catch (error) {
      answers[term] = { failed: String(error) }
    }
  }
  return { answers, onWorkers }
}

const nameOf = (key: string) => key.split(',')[0] as string

describe('the tables', () => {
  const tables = [Object.keys(graphs).map(nameOf), Object.keys(leftOut), Object.keys(noTerms)]
  const exported = Object.entries({ ...terms, ...rx })
    .filter(([, value]) => typeof value === 'function')
    .map(([name]) => name)

  test('have each export in one of them, and nothing else', () => {
    const places = (name: string) => tables.filter((names) => names.includes(name)).length
    expect(
      exported.filter((name) => places(name) !== 1),
      'add a graph to fixtures/every-term.ts, or a reason why not',
    ).toEqual([])
    expect(tables.flat().filter((name) => !exported.includes(name))).toEqual([])
  })
})

describe('every term', () => {
  let inline: Record<string, Answer>
  beforeAll(async () => {
    inline = (await answersOf()).answers
  })

  test('gives something, and loses nothing, on the caller’s thread', () => {
    const isGood = (answer: Answer) => 'results' in answer && answer.discarded === 0
    expect(Object.entries(inline).filter(([, answer]) => !isGood(answer))).toEqual([])
    const isEmpty = (sink: unknown) => Array.isArray(sink) && sink.length === 0
    const sinksOf = (answer: Answer) => ('results' in answer ? Object.values(answer.results) : [])
    expect(Object.keys(inline).filter((term) => sinksOf(inline[term] as Answer).some(isEmpty))).toEqual([])
  })

  test.each(strategies)('gives the same under %s', async (strategy) => {
    const stateful =
      strategy === 'pool' || strategy === 'work-stealing' ? { stateful: 'workers' as const } : {}
    const { answers, onWorkers } = await answersOf({
      edges: { capacityItems: 7 },
      batchItems: 5,
      scheduler: { strategy, workers: 2, ...stateful },
    })
    expect(answers).toEqual(inline)
    expect(onWorkers > 0).toBe(strategy !== 'inline')
  })
})
