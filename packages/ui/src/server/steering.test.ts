/** Goal: what the page shows of taps and replays is what there is, also when a command is refused. */

import { expect, test } from 'vitest'
import type { RunTitle } from './run-title.ts'
import { type Steered, steering } from './steering.ts'

function steered(told: Pick<RunTitle, 'peek' | 'replay'>) {
  const shown: (readonly string[])[] = []
  const feed: Steered = {
    isOpen: true,
    steer: () => undefined,
    tap: () => undefined,
    tapped: (names) => void shown.push(names),
  }
  return { command: steering(feed, told), shown }
}

test('a second tap that is refused takes the first one with it, and pages are told', () => {
  const stopped: number[] = []
  const peek = (_term: string, limit: number): (() => void) => {
    if (limit > 10) throw new RangeError('too many')
    return () => void stopped.push(limit)
  }
  const { command, shown } = steered({ peek })
  command({ do: 'tap', term: 'a', limit: 1 })
  command({ do: 'tap', term: 'b', limit: 2 })
  expect(() => command({ do: 'tap', term: 'a', limit: 11 })).toThrow('too many')
  command({ do: 'untap', term: 'b' })
  expect(shown).toEqual([['a'], ['a', 'b'], ['b'], []])
  expect(stopped).toEqual([1, 2])
})

test('a group is run again once at a time, and other groups meanwhile', async () => {
  const ends: ((said: string) => void)[] = []
  const replay = (): Promise<string> => new Promise((resolve) => ends.push(resolve))
  const { command } = steered({ replay })
  const [first, other] = [command({ do: 'replay', key: 'a' }), command({ do: 'replay', key: 'b' })]
  await expect(command({ do: 'replay', key: 'a' })).rejects.toThrow('This group is being run again already.')
  for (const end of ends) end('done')
  expect(await Promise.all([first, other])).toEqual([{ said: 'done' }, { said: 'done' }])
  const again = command({ do: 'replay', key: 'a' })
  ends[2]?.('once more')
  expect(await again).toEqual({ said: 'once more' })
})

test('a replay that fails does not keep its group from the next one', async () => {
  let calls = 0
  const replay = (): Promise<string> => Promise.reject(new Error(`no ${++calls}`))
  const { command } = steered({ replay })
  await expect(command({ do: 'replay', key: 'a' })).rejects.toThrow('no 1')
  await expect(command({ do: 'replay', key: 'a' })).rejects.toThrow('no 2')
})
