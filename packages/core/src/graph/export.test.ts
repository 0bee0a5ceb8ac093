// A graph as JSON, Mermaid and DOT; terms with open inputs can be drawn, too.

import { expect, test } from 'vitest'
import { parallel } from '../compose/parallel.ts'
import { Collect, count, id, map } from '../test/terms.ts'
import { toDot, toJSON, toMermaid } from './export.ts'

const diamond = () =>
  count(3)
    .named('numbers')
    .parallel({ a: map((n: number) => n).named('left "1"'), b: id().named('right') })
    .pipe(new Collect().named('end').local())

test('plain data', () => {
  expect(toJSON(diamond())).toEqual({
    nodes: [
      { id: 'numbers', kind: 'source', local: false },
      { id: 'left "1"', kind: 'map', local: false },
      { id: 'right', kind: 'map', local: false },
      { id: 'end', kind: 'sink', local: true },
    ],
    edges: [
      { from: 'numbers', output: 'out', to: 'left "1"', input: 'numbers' },
      { from: 'numbers', output: 'out', to: 'right', input: 'numbers' },
      { from: 'left "1"', output: 'out', to: 'end', input: 'a' },
      { from: 'right', output: 'out', to: 'end', input: 'b' },
    ],
    outputs: [],
  })
})

test('open outputs have names', () => {
  const outputs = (term: Parameters<typeof toJSON>[0]) => toJSON(term).outputs
  expect(outputs(id())).toEqual([{ name: 'out', from: 'id' }])
  expect(outputs(parallel(id(), id()))).toEqual([
    { name: '0', from: 'id' },
    { name: '1', from: 'id#2' },
  ])
  expect(outputs(parallel({ x: id(), y: parallel({ z: id() }) }))).toEqual([
    { name: 'x', from: 'id' },
    { name: 'y.z', from: 'id#2' },
  ])
})

test('ids are unique, also where a name looks like one', () => {
  const ids = toJSON(parallel(id(), id().named('id#2'), id(), id())).nodes.map((node) => node.id)
  expect(new Set(ids).size).toBe(4)
  expect(ids.slice(0, 2)).toEqual(['id', 'id#2'])
})

test('Mermaid', () => {
  expect(toMermaid(diamond())).toBe(`flowchart LR
  n0(["numbers"])
  n1["left #34;1#34;"]
  n2["right"]
  n3[["end"]]
  n0 --> n1
  n0 --> n2
  n1 -->|"a"| n3
  n2 -->|"b"| n3
`)
})

test('DOT', () => {
  expect(toDot(diamond())).toBe(`digraph millrace {
  rankdir=LR
  node [shape=box]
  n0 [label="numbers"]
  n1 [label="left \\"1\\""]
  n2 [label="right"]
  n3 [label="end"]
  n0 -> n1
  n0 -> n2
  n1 -> n3 [label="a"]
  n2 -> n3 [label="b"]
}
`)
})
