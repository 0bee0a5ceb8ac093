// What a server pushes and the run takes: in order, bounded, and never with a gap.

import { expect, test } from 'vitest'
import { Inbox } from './inbox.ts'

test('what comes behind a failure is not taken: the gap would not be seen', async () => {
  const inbox = new Inbox<number>(4)
  inbox.push(1)
  inbox.push(2)
  inbox.fail(new Error('one was dropped'))
  expect(await inbox.take(1)).toEqual([1])
  inbox.push(4)
  expect(await inbox.take(9)).toEqual([2])
  await expect(inbox.take(9)).rejects.toThrow('one was dropped')
})

test('it pauses its client when it is full, and lets it go on once half of that is gone', async () => {
  const said: string[] = []
  const inbox = new Inbox<number>(
    4,
    () => said.push('pause'),
    () => said.push('go on'),
  )
  for (const n of [1, 2, 3, 4]) inbox.push(n)
  expect([said.splice(0), inbox.isFull]).toEqual([['pause'], true])
  await inbox.take(1)
  expect(said).toEqual([])
  await inbox.take(1)
  expect([said.splice(0), inbox.isFull]).toEqual([['go on'], false])
})

test('nothing is taken after its end', async () => {
  const inbox = new Inbox<number>(4)
  const taken = inbox.take(1)
  inbox.end()
  inbox.push(1)
  expect([await taken, await inbox.take(1)]).toEqual([[], []])
})
