// What may be the label of a host, where a term asks for one.

import { expect, test } from 'vitest'
import { map } from '../test/terms.ts'

test('a label is kept, and one that no host can carry is refused', () => {
  expect(map((n) => n).hostLabel).toBeUndefined()
  expect(map((n) => n).on('disk=a').hostLabel).toBe('disk=a')
  for (const label of ['', 'a b', 'a,b', 'caller', 'x'.repeat(101), 7]) {
    expect(() => map((n) => n).on(label as string)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    )
  }
})
