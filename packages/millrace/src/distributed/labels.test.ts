// Terms that ask for a label wait for a host that has it; those that were done before, by an earlier start, do not.

import { tasksOf } from '@millrace/cluster'
import { fromIterable, map, print } from '@millrace/terms'
import { expect, test } from 'vitest'
import { LabelWatch } from './labels.ts'

const term = fromIterable([1]).pipe(
  map((n: number) => n)
    .named('a')
    .on('disk=a'),
  map((n: number) => n)
    .named('b')
    .on('disk=b'),
  print(),
)
const tasks = tasksOf(term as never)
const all = tasks.map(({ name }) => name)
const notOf = (label: string) => tasks.filter((task) => task.label !== label).map(({ name }) => name)
const host = (...labels: string[]) => ({ name: 'h', labels, beat: 1 })

test('a label that no host has is refused after half a minute, with its term', () => {
  const watch = new LabelWatch(tasks, 1000)
  const look = (now: number, members = [host('disk=a')], open = all): void =>
    watch.look({ members: () => members, open: () => open }, now)
  look(30_999)
  expect(() => look(31_000)).toThrow('"b" asks for hosts with the label "disk=b", and none has it')
  expect(() => look(31_000)).not.toThrow('disk=a')
  look(32_000, [host('disk=b')])
  // one that was there comes again, or is replaced
  look(33_000, [])
})

test('a task that is done asks for nothing', () => {
  const watch = new LabelWatch(tasks, 0)
  const open = notOf('disk=b')
  watch.look({ members: () => [host('disk=a')], open: () => open }, 31_000)
  const none = new LabelWatch(tasks, 0)
  expect(() => none.look({ members: () => [], open: () => open }, 31_000)).toThrow('"a" asks for')
})
