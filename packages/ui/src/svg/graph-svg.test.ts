/** Goal: a graph is drawn with all its terms, whatever they are called, and at any size. */
import type { GraphJson } from '@millrace/core'
import { expect, test } from 'vitest'
import { graphSvg } from './graph-svg.ts'

function row(ids: readonly string[]): GraphJson {
  return {
    nodes: ids.map((id, at) => ({
      id,
      kind: at === 0 ? 'source' : at === ids.length - 1 ? 'sink' : 'map',
      local: false,
    })),
    edges: ids.slice(1).map((to, at) => ({ from: ids[at] as string, output: 'out', to, input: 'out' })),
    outputs: [],
  }
}

test('terms, their kinds and the edges between them', () => {
  const svg = graphSvg(row(['lines', 'parse', 'print']))
  expect(svg.match(/<title>[^<]*/g)).toEqual(['<title>lines', '<title>parse', '<title>print'])
  expect(svg.match(/class="box source"/g)).toHaveLength(1)
  expect(svg.match(/class="box sink"/g)).toHaveLength(2)
  expect(svg.match(/class="edge"/g)).toHaveLength(2)
})

test('a name stays text', () => {
  const svg = graphSvg(row(['</text><script>x</script>', 'a & b \u0001"', 'end']))
  expect(svg).not.toContain('<script>')
  expect(svg).toContain('a &#38; b \ufffd&#34;')
})

test('ten thousand terms are folded', () => {
  const svg = graphSvg(row(Array.from({ length: 10_000 }, (_, n) => `map#${n}`)))
  expect(svg.match(/<title>/g)?.length).toBeLessThanOrEqual(200)
  expect(svg).toContain('Graph of 10000 terms')
})
