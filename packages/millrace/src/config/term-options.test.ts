/** Goal: settings reach the terms they name and no other, for one run; a name that reaches nothing is an error. */
import { type AnyTerm, compileGraph, type Graph, type Node, sequential } from '@millrace/core'
import { fromIterable, map, merge } from '@millrace/terms'
import { describe, expect, test } from 'vitest'
import failsOnFifty from '../../test/fixtures/fails-on-fifty.ts'
import { run } from '../run.ts'
import { strategies, type TermOptions } from './settings.ts'
import { applyTerms, mistakesInTerms } from './term-options.ts'

function sketches() {
  const word = map((n: number) => n).named('sketchWords')
  const letter = map((n: number) => n).named('sketchLetters')
  const term = fromIterable([1]).parallel(word, letter).pipe(merge(), map(String), map(String))
  return { word, letter, term, graph: compileGraph(term as AnyTerm) }
}

function reached(terms: Readonly<Record<string, TermOptions>>) {
  const { term, graph } = sketches()
  applyTerms(graph, terms)
  const bounded = graph.edges.flatMap(({ to, options }) =>
    Object.keys(options).length === 0 ? [] : [[to.id, options]],
  )
  const local = graph.nodes.filter(({ isLocal }) => isLocal).map(({ id }) => id)
  const left = compileGraph(term as AnyTerm).nodes.filter(
    ({ isLocal, inputs }) => isLocal || inputs.some(({ options }) => Object.keys(options).length > 0),
  )
  return { bounded: Object.fromEntries(bounded), local, left: left.map(({ id }) => id) }
}

test.each<[Readonly<Record<string, TermOptions>>, object]>([
  [
    { 'sketch*': { capacityItems: 9, local: true } },
    {
      bounded: { sketchWords: { capacityItems: 9 }, sketchLetters: { capacityItems: 9 } },
      local: ['sketchWords', 'sketchLetters'],
    },
  ],
  [{ map: { capacityItems: 2 } }, { bounded: { map: { capacityItems: 2 }, 'map#2': { capacityItems: 2 } } }],
  [{ 'map#2': { overflow: 'latest' } }, { bounded: { 'map#2': { overflow: 'latest' } } }],
  [
    { '*Words': { capacityItems: 1, overflow: 'fail' }, 'sketch????': { capacityItems: 3 } },
    { bounded: { sketchWords: { capacityItems: 1, overflow: 'fail' } } },
  ],
  [
    { '*Words': { capacityItems: 1, overflow: 'fail' }, 'sketchWord?': { capacityItems: 3 } },
    { bounded: { sketchWords: { capacityItems: 3, overflow: 'fail' } } },
  ],
  [
    { 'sketch*': { local: true }, '*Words': { local: false } },
    { bounded: {}, local: ['sketchLetters'] },
  ],
])('%j reaches %j, and leaves no trace', (terms, expected) => {
  expect(reached(terms)).toMatchObject({ left: [], ...expected })
})

const nodeOf = ({ nodes }: Graph, id: string): Node => nodes.find((node) => node.id === id) as Node

test('what the graph says stays where nothing else is said, and a pin of the graph stays', () => {
  const { word, term } = sketches()
  word.edge({ capacityItems: 4, overflow: 'fail' }).local()
  const graph = compileGraph(term as AnyTerm)
  applyTerms(graph, { sketchWords: { capacityItems: 7, local: false }, 'sketch*': { local: true } })
  const { inputs, isLocal } = nodeOf(graph, 'sketchWords')
  expect(inputs.map(({ options }) => options)).toEqual([{ capacityItems: 7, overflow: 'fail' }])
  expect(isLocal).toBe(true)
  expect([word.edgeOptions, word.isLocal]).toEqual([{ capacityItems: 4, overflow: 'fail' }, true])
})

test('a policy adds to what the graph says, for terms in which items can fail', () => {
  const { word, letter, term } = sketches()
  word.onFailure({ retry: 2, onError: 'fail' })
  const graph = compileGraph(term as AnyTerm)
  applyTerms(graph, { '*': { onError: 'skip' }, sketchWords: { timeoutMs: 50, capacityItems: 3 } })
  expect(nodeOf(graph, 'sketchWords').policy).toEqual({ retry: 2, onError: 'skip', timeoutMs: 50 })
  const set = graph.nodes.filter(({ policy }) => Object.keys(policy).length > 0)
  expect(set.map(({ id }) => id)).toEqual(['sketchWords', 'sketchLetters', 'map', 'map#2'])
  expect([word.failurePolicy, letter.failurePolicy]).toEqual([{ retry: 2, onError: 'fail' }, {}])
})

describe.each(strategies)('two runs at once of one graph, each with settings of its own: %s', (strategy) => {
  const under = (terms: Readonly<Record<string, TermOptions>>) =>
    run(failsOnFifty({}), { scheduler: { strategy, workers: 1 }, terms }).done

  test('each goes by its own', async () => {
    const [skipping, replacing, failing] = await Promise.allSettled([
      under({ picky: { onError: 'skip' } }),
      under({ picky: { onError: 'fallback', fallback: -1 } }),
      under({}),
    ])
    const sums = [skipping, replacing].map((ended) => ended.status === 'fulfilled' && ended.value.results)
    expect(sums).toEqual([{ sums: [4900] }, { sums: [4899] }])
    expect(failing).toMatchObject({ status: 'rejected', reason: { code: 'TERM_FAILED' } })
  })

  test('a function to fall back on that the run gives is called, wherever the term would run', async () => {
    const { results } = await under({
      picky: { onError: 'fallback', fallback: (n: unknown) => (n as number) * 2 },
    })
    expect(results).toEqual({ sums: [5000] })
  })
})

const ALL = 'fromIterable, sketchWords, sketchLetters, merge, map, map#2'

test.each<[Readonly<Record<string, TermOptions>>, string]>([
  [
    { 'sketsh*': { local: true } },
    `terms.sketsh* ({"local":true}) matches no term of the graph. Did you mean sketchWords? Its terms: ${ALL}.`,
  ],
  [{ mpa: {} }, `terms.mpa ({}) matches no term of the graph. Did you mean map? Its terms: ${ALL}.`],
  [{ '': {} }, `terms[""] ({}) matches no term of the graph. Its terms: ${ALL}.`],
  [
    { 'from*': { overflow: 'latest', local: true } },
    'terms.from*.overflow ("latest") bounds no edge: nothing is piped into fromIterable. ' +
      'Terms with an input: sketchWords, sketchLetters, merge, map, map#2.',
  ],
  [
    { 'from*': { onError: 'skip' } },
    'terms.from*.onError ("skip") has no effect: no item can fail in fromIterable. ' +
      'Terms that take items one by one: sketchWords, sketchLetters, map, map#2.',
  ],
])('%j', (terms, line) => {
  expect(mistakesInTerms(sketches().graph, terms)).toEqual([line])
})

test('of a large graph the message names the first terms only', () => {
  const many = fromIterable([1]).pipe(sequential(...Array.from({ length: 30 }, () => map((n: number) => n))))
  expect(mistakesInTerms(compileGraph(many as AnyTerm), { x: {} }, 'g.ts')[0]).toMatch(
    /matches no term of g\.ts\. Its terms: fromIterable, map, map#2, .*, map#19 and 11 more\.$/,
  )
})
