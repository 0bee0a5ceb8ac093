/** Goal: a page that is told its graph again knows it, and draws another one. */

import { expect, test } from 'vitest'
import { isSamePicture, pictureOf } from './picture.ts'

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
