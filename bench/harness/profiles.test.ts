// Goal: the time of a profile's samples goes to the functions that they were taken in.

import { expect, test } from 'vitest'
import { selfTimes } from './profiles.ts'

test('samples are added up by function, busiest first', () => {
  const frame = (functionName: string, url: string) => ({ functionName, url, lineNumber: 9 })
  const profile = {
    nodes: [
      { id: 1, callFrame: frame('(idle)', '') },
      { id: 2, callFrame: frame('work', 'file:///a/b/c/d.js') },
      // the same function, called from elsewhere
      { id: 3, callFrame: frame('work', 'file:///a/b/c/d.js') },
      { id: 4, callFrame: frame('', 'file:///a/e.js') },
    ],
    samples: [1, 2, 3, 4],
    timeDeltas: [2_000, 3_000, 4_000, 1_000],
  }
  expect(selfTimes(profile)).toEqual([
    { name: 'work b/c/d.js:10', ms: 7, share: 0.7 },
    { name: '(idle)', ms: 2, share: 0.2 },
    { name: '(anonymous) /a/e.js:10', ms: 1, share: 0.1 },
  ])
})
