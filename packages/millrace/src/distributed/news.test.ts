// Each edge that was grown is told once for the run, whichever hosts grow it again; so is a host that comes or goes.

import type { EdgeStats, Notice } from '@millrace/core'
import { expect, test } from 'vitest'
import { HostNews } from './news.ts'

const edge = (from: string, capacityItems: number): EdgeStats =>
  ({ from, output: 'out', to: 'b', input: 'in', capacityItems }) as EdgeStats

function listening() {
  const grown: [string, number][] = []
  const notices: Notice[] = []
  const news = new HostNews({
    onGrown: ({ from, capacityItems }) => void grown.push([from, capacityItems]),
    onNotice: (notice) => void notices.push(notice),
  })
  return { grown, notices, news }
}

test('an edge is told when it is larger than it was told to be', () => {
  const { grown, news } = listening()
  news.look([], [])
  news.look([edge('a', 2048)], [])
  news.look([edge('a', 2048), edge('c', 4096)], [])
  news.look([edge('a', 1024), edge('c', 4096)], [])
  news.look([edge('a', 2048), edge('c', 8192)], [])
  expect(grown).toEqual([
    ['a', 2048],
    ['c', 4096],
    ['c', 8192],
  ])
})

test('hosts that come and go are told, those of the first look are not', () => {
  const { notices, news } = listening()
  news.look([], ['a'])
  news.look([], ['a', 'b'])
  news.look([], []) // nothing was heard
  news.look([], ['b'])
  expect(notices.map(({ details }) => details)).toEqual([
    { host: 'b', takesPart: true },
    { host: 'a', takesPart: false },
  ])
})
