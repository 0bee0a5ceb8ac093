// Dead letters of all hosts come to the command that started the run, each once, and to one place.

import { compileGraph, type DeadLetter } from '@millrace/core'
import { expect, test } from 'vitest'
import { byKey, Cluster, ITEMS, picky } from '../../test/cluster.ts'
import { cutGraph } from '../cut/cut.ts'
import { CALLER } from '../protocol/assign.ts'
import { checkPlace, type LetterTarget } from './gather-work.ts'

/** A file of letters that outlives its command. */
class Letters implements LetterTarget {
  readonly place: string = 'a list'
  readonly file: DeadLetter[]
  readonly #onLetters: () => void

  constructor(file: DeadLetter[], onLetters: () => void = () => {}) {
    this.file = file
    this.#onLetters = onLetters
  }

  get position(): number {
    return this.file.length
  }

  async begin(position: number | undefined): Promise<void> {
    if (position !== undefined) this.file.length = position
  }

  async add(letters: readonly DeadLetter[]): Promise<void> {
    this.file.push(...letters)
    this.#onLetters()
  }

  async sync(): Promise<void> {}
}

test('dead letters come to the command, each once, whoever dies', async () => {
  const cluster = new Cluster(picky)
  const file: DeadLetter[] = []
  let onLetters: () => void = () => {}
  const some = new Promise<void>((resolve) => {
    onLetters = resolve
  })
  const first = cluster.joinWith([CALLER], new Letters(file, onLetters))
  const host = cluster.join()
  await some
  first.kill()
  host.kill()
  // what the first one had not committed it may still write, but to its own list
  const rest = [...file]
  const second = cluster.joinWith([CALLER], new Letters(rest))
  cluster.join()
  expect(await second.done).toBe('completed')
  const items = rest.map(({ item }) => item as number).sort((a, b) => a - b)
  expect(items).toEqual(Array.from({ length: ITEMS / 3 }, (_, n) => 3 * n))
  const [letter] = rest.filter(({ item }) => item === 9)
  expect(letter).toMatchObject({ kind: 'error', attempts: 1, error: { name: 'RangeError', message: '9' } })
  // the errors of these hold a function, which is no data: what they are and say is kept
  const bare = rest.filter(({ item }) => item === 6).map(({ error }) => error as Error)
  expect(bare).toMatchObject([{ name: 'RangeError', message: '6' }])
  expect(bare[0]).toBeInstanceOf(RangeError)
  expect(bare[0]?.stack).toContain('cluster.ts')
  expect(new Set(rest.map(({ term }) => term.replace(/#.*/, '')))).toEqual(new Set(['picky']))
  const values = byKey(cluster.results()['collect'])
  expect(Object.values(values).flat()).toHaveLength((2 * ITEMS) / 3)
})

test('a command that goes on with another place for dead letters is refused, and that place is left alone', async () => {
  const cluster = new Cluster(picky)
  const first = cluster.joinWith([CALLER], undefined)
  cluster.join()
  await cluster.commitOf(first.name)
  const [letters] = cutGraph(compileGraph(picky().term)).filter(({ takesLetters }) => takesLetters)
  const name = (letters as { name: string }).name
  const committed = async (): Promise<Uint8Array[]> => {
    for (;;) {
      const state = cluster.log.tail(name)?.commit.state
      if (state !== undefined) return cluster.log.loadState(name, state.pieces) as Uint8Array[]
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const state = await committed()
  const other = new Letters([{} as DeadLetter])
  expect(() => checkPlace(state, other)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }))
  expect(() => checkPlace(state, other)).toThrow(
    'keeps its dead letters nowhere, and this one would keep them in a list',
  )
  expect(checkPlace(state)).toBeGreaterThanOrEqual(0)
  expect(other.file).toHaveLength(1)
  await first.done
})

test('a place for dead letters that fails ends the run, on every host', async () => {
  class Full extends Letters {
    override async sync(): Promise<void> {
      if (this.file.length > 0) throw new RangeError('no room')
    }
  }
  const cluster = new Cluster(picky)
  const hosts = [cluster.joinWith([CALLER], new Full([])), cluster.join()]
  for (const { done } of hosts) {
    await expect(done).rejects.toMatchObject({
      code: 'TASK_FAILED',
      message: expect.stringContaining('no room'),
    })
  }
})
