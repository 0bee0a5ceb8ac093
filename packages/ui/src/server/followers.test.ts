/** Goal: a page that comes late, has just been loaded or comes back has the figures of one that was there all the time; a slow one costs no memory. */

import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import type { Frame, Recording } from '../model/protocol.ts'
import { type PackedFrame, type PackedRecording, unpackRecording, Wire } from '../model/wire.ts'
import { Followers } from './followers.ts'

const frameAt = (time: number, state = 'running'): Frame =>
  ({
    time,
    state,
    stats: {
      elapsedMs: time,
      nodes: Array.from({ length: 50 }, (_, at) => ({ id: `t${at}`, in: at % 7 === time % 7 ? time : at })),
      stages: [],
      edges: [],
    },
  }) as unknown as Frame

const picture = { nodes: Array.from({ length: 50 }, (_, at) => ({ id: `t${at}`, kind: '' })), edges: [] }
const wire = new Wire(picture)

const recordingOf = (frames: readonly Frame[]): Recording => ({
  head: { title: 't', strategy: 'inline', isLive: true, mayControl: false, picture },
  frames,
  notices: [],
  letters: [],
  taps: [],
})

/** A page: what it was sent, put together. */
class Page extends EventEmitter {
  last: Frame | undefined
  heard: string[] = []
  lastId: string | undefined
  writableLength = 0
  hasEnded = false
  isDestroyed = false

  constructor(last?: Frame) {
    super()
    this.last = last
  }

  writeHead(): void {}

  destroy(): void {
    this.isDestroyed = true
    this.emit('close')
  }

  end(done: () => void): void {
    this.hasEnded = true
    done()
  }

  write(text: string): void {
    if (this.hasEnded) throw new Error('write after end')
    for (const [, name, id, data] of text.matchAll(/event: (\w+)\nid: (\S+)\ndata: (.*)\n\n/g)) {
      this.heard.push(name as string)
      this.lastId = id
      const sent = JSON.parse(data as string)
      if (name === 'frame') this.last = wire.unpackFrame(sent as PackedFrame, this.last)
      if (name === 'recording') this.last = unpackRecording(sent as PackedRecording).frames.at(-1)
    }
  }

  get response(): ServerResponse {
    return this as unknown as ServerResponse
  }
}

/** A run whose frames are told, and pages that join. */
function begin() {
  const followers = new Followers()
  followers.follow(picture)
  const frames: Frame[] = []
  return {
    followers,
    tell: (state?: string) => {
      frames.push(frameAt(frames.length, state))
      followers.tell('frame', frames.at(-1))
    },
    join: (page: Page, after?: string) =>
      followers.add(page.response, after, () => recordingOf(frames.slice(-3))),
    newest: () => frames.at(-1),
  }
}

test('a page that comes late is told all, then what changes', () => {
  const { tell, join, newest } = begin()
  tell()
  tell()
  const page = new Page()
  join(page)
  tell()
  tell()
  expect(page.heard).toEqual(['recording', 'frame', 'frame'])
  expect(page.last).toEqual(newest())
})

test('a page that was loaded goes on from there: nothing is told twice, and nothing is missed', () => {
  const { followers, tell, join, newest } = begin()
  tell()
  const after = followers.expect()
  const page = new Page(newest())
  tell()
  followers.tell('notice', {})
  tell()
  join(page, after)
  expect(page.heard).toEqual(['frame', 'notice', 'frame'])
  expect(page.last).toEqual(newest())
  const idle = new Page(newest())
  join(idle, followers.expect())
  expect(idle.heard).toEqual([])
  tell()
  expect([page.last, idle.last]).toEqual([newest(), newest()])
})

test('a page that lost its connection goes on; of an older server or after too long it is told all', () => {
  const { tell, join, newest } = begin()
  tell()
  const page = new Page()
  join(page)
  tell()
  page.emit('close')
  tell()
  page.heard = []
  join(page, page.lastId)
  expect(page.heard).toEqual(['frame'])
  expect(page.last).toEqual(newest())
  for (const unknown of ['abcdefgh.1', 'x', '', `${page.lastId}9`]) {
    const other = new Page()
    join(other, unknown)
    expect(other.heard).toEqual(['recording'])
    expect(other.last).toEqual(newest())
  }
})

test('a page that was expected and did not come is told all when it comes after all', () => {
  const { followers, tell, join, newest } = begin()
  tell()
  const after = followers.expect()
  // more than is kept
  for (let n = 0; n < 30; n++) followers.tell('notice', { text: 'x'.repeat(100_000) })
  tell()
  const page = new Page()
  join(page, after)
  expect(page.heard).toEqual(['recording'])
  expect(page.last).toEqual(newest())
})

test.each(['frame', 'notice', 'letters', 'plots', 'tap'])(
  'a page that does not keep up is let go of at a %s, and is right when it comes back',
  (name) => {
    const { followers, tell, join, newest } = begin()
    tell()
    const [slow, other] = [new Page(), new Page()]
    join(slow)
    join(other)
    tell()
    slow.writableLength = 1e9
    if (name === 'frame') tell()
    else followers.tell(name, {})
    tell()
    // an event after frames that it has missed
    followers.tell('notice', {})
    expect([slow.isDestroyed, slow.heard, followers.count]).toEqual([true, ['recording', 'frame'], 1])
    slow.writableLength = 0
    slow.heard = []
    join(slow, slow.lastId)
    expect(slow.heard).toEqual([name, 'frame', 'notice'])
    expect([slow.last, other.last]).toEqual([newest(), newest()])
    tell()
    expect([slow.last, other.last]).toEqual([newest(), newest()])
  },
)

test('what a page begins with may be as long as it is', () => {
  const { followers } = begin()
  const page = new Page()
  const text = 'x'.repeat(5 * 1024 * 1024)
  followers.add(page.response, undefined, () => ({
    ...recordingOf([]),
    notices: [{ time: 0, kind: 'k', level: 'info', text }],
  }))
  page.writableLength = text.length
  followers.tell('notice', {})
  expect([page.isDestroyed, page.heard]).toEqual([false, ['recording', 'notice']])
})

test('a slow page gets the last frame of a run, and the end', () => {
  const { followers, tell, join, newest } = begin()
  tell()
  const page = new Page()
  join(page)
  page.writableLength = 1e9
  tell('completed')
  followers.tell('letters', [])
  followers.tell('notice', {})
  followers.tell('end', {})
  expect(page.heard).toEqual(['recording', 'frame', 'letters', 'notice', 'end'])
  expect(page.last).toEqual(newest())
  // the next run is another matter
  followers.follow(picture)
  tell()
  expect(page.isDestroyed).toBe(true)
})

test('what is told after the end goes to no page, and a connection that breaks ends nothing', async () => {
  const { followers, tell, join } = begin()
  tell()
  const page = new Page()
  join(page)
  expect(page.emit('error', new Error('write EPIPE'))).toBe(true)
  await followers.end(0)
  followers.tell('notice', {})
  expect([page.hasEnded, page.heard, followers.count]).toEqual([true, ['recording'], 0])
})
