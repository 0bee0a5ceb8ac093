/** Goal: a page that is told its graph again knows it, and draws another one; a recording without one has all of its terms. */

import { expect, test } from 'vitest'
import { isSamePicture, pictureIn, pictureOf } from './picture.ts'

const graphOf = (ids: readonly string[], input = 'in') =>
  pictureOf({
    nodes: ids.map((id) => ({ id, kind: 'map', local: false })),
    edges: ids.slice(1).map((to, at) => ({ from: ids[at] as string, output: 'out', to, input })),
    outputs: [],
  })

test('pictures are the same by their terms and edges', () => {
  const picture = graphOf(['a', 'b', 'c'])
  expect(isSamePicture(picture, graphOf(['a', 'b', 'c']))).toBe(true)
  for (const other of [graphOf(['a', 'b']), graphOf(['a', 'c', 'b']), graphOf(['a', 'b', 'c'], 'x')])
    expect(isSamePicture(picture, other)).toBe(false)
})

test('a recording without a picture is drawn by its last figures: the first ones may be of no term yet', () => {
  const edge = { from: 'a', output: 'out', to: 'b', input: 'in' }
  const frames = [
    { stats: { nodes: [], edges: [] } },
    { stats: { nodes: [{ id: 'a' }, { id: 'b' }], edges: [edge] } },
  ]
  expect(pictureIn({}, frames)).toEqual({
    nodes: [
      { id: 'a', kind: '' },
      { id: 'b', kind: '' },
    ],
    edges: [{ from: 0, output: 'out', to: 1, input: 'in', port: '' }],
  })
  expect(pictureIn({}, [])).toBeUndefined()
  const picture = graphOf(['x'])
  expect(pictureIn({ picture }, frames)).toBe(picture)
})
