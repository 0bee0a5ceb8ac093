/** Goal: settings reach the terms they name and no other, for one run; a name that reaches nothing is an error. */
import { type AnyTerm, compileGraph } from '@millrace/core'
import { fromIterable, map, merge } from '@millrace/terms'
import { expect, test } from 'vitest'
import type { TermOptions } from './settings.ts'
import { applyTerms, mistakesInTerms } from './term-options.ts'

function sketches() {
  const word = map((n: number) => n).named('sketchWords')
  const letter = map((n: number) => n).named('sketchLetters')
  const term = fromIterable([1]).parallel(word, letter).pipe(merge(), map(String), map(String))
  return { word, letter, term, graph: compileGraph(term as AnyTerm) }
}

function reached(terms: Readonly<Record<string, TermOptions>>) {
  const { term, graph } = sketches()
  const { restoreBounds, restore } = applyTerms(graph, terms)
  const bounded = compileGraph(term as AnyTerm).edges.flatMap(({ to, options }) =>
    Object.keys(options).length === 0 ? [] : [[to.id, options]],
  )
  const local = graph.nodes.filter(({ leaf }) => leaf.isLocal).map(({ id }) => id)
  restoreBounds()
  restore()
  const left = compileGraph(term as AnyTerm).nodes.filter(
    ({ leaf }) => leaf.isLocal || Object.keys(leaf.edgeOptions).length > 0,
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

test('what the graph says stays where nothing else is said, and a pin of the graph stays', () => {
  const { word, graph } = sketches()
  word.edge({ capacityItems: 4, overflow: 'fail' }).local()
  const { restoreBounds, restore } = applyTerms(graph, {
    sketchWords: { capacityItems: 7, local: false },
    'sketch*': { local: true },
  })
  expect(word.edgeOptions).toEqual({ capacityItems: 7, overflow: 'fail' })
  restoreBounds()
  restore()
  expect([word.edgeOptions, word.isLocal]).toEqual([{ capacityItems: 4, overflow: 'fail' }, true])
})

test('a policy adds to what the graph says, for terms in which items can fail, until the run has ended', () => {
  const { word, letter, graph } = sketches()
  word.onFailure({ retry: 2, onError: 'fail' })
  const first = applyTerms(graph, {
    '*': { onError: 'skip' },
    sketchWords: { timeoutMs: 50, capacityItems: 3 },
  })
  expect(word.failurePolicy).toEqual({ retry: 2, onError: 'skip', timeoutMs: 50 })
  expect(letter.failurePolicy).toEqual({ onError: 'skip' })
  const set = graph.nodes.filter(({ leaf }) => Object.keys(leaf.failurePolicy).length > 0)
  expect(set.map(({ id }) => id)).toEqual(['sketchWords', 'sketchLetters', 'map', 'map#2'])
  const second = applyTerms(graph, { sketchWords: { retry: 0 } })
  expect(word.failurePolicy).toEqual({ retry: 0, onError: 'fail' })
  second.restore()
  expect(word.failurePolicy).toEqual({ retry: 2, onError: 'skip', timeoutMs: 50 })
  first.restore()
  expect([word.failurePolicy, letter.failurePolicy]).toEqual([{ retry: 2, onError: 'fail' }, {}])
})

test('a term that two runs pin is pinned until both have ended', () => {
  const { letter, graph } = sketches()
  const [first, second] = [1, 2].map(() => applyTerms(graph, { sketchLetters: { local: true } }))
  first?.restore()
  expect(letter.isLocal).toBe(true)
  second?.restore()
  expect(letter.isLocal).toBe(false)
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
  const many = fromIterable([1]).pipe(...Array.from({ length: 30 }, () => map((n: number) => n)))
  expect(mistakesInTerms(compileGraph(many as AnyTerm), { x: {} }, 'g.ts')[0]).toMatch(
    /matches no term of g\.ts\. Its terms: fromIterable, map, map#2, .*, map#19 and 11 more\.$/,
  )
})
