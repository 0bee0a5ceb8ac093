// Server-sent events are taken apart as the standard says it, however the stream is cut into chunks.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventParser, type ServerEvent } from './event-parser.ts'

function parse(text: string, chunkBytes = Number.POSITIVE_INFINITY, lastEventId = '') {
  const parser = new EventParser(10_000, lastEventId)
  const bytes = new TextEncoder().encode(text)
  const events: ServerEvent[] = []
  for (let at = 0; at < bytes.length; at += chunkBytes)
    events.push(...parser.push(bytes.slice(at, at + chunkBytes)))
  return { events, lastEventId: parser.lastEventId, retryMs: parser.retryMs }
}

const message = (data: string, id = '', type = 'message') => ({ id, type, data })

test.each<[string, string, ServerEvent[]]>([
  [
    'the examples of the standard',
    'data: This is the first message.\n\ndata: second\ndata: line\n\n',
    [message('This is the first message.'), message('second\nline')],
  ],
  [
    'types',
    'event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\ndata: x\n\n',
    [message('73857293', '', 'add'), message('2153', '', 'remove'), message('x')],
  ],
  [
    'comments, ids that stay, and an id that is taken back',
    ': test\n\ndata: 1\nid: 1\n\ndata: 2\n\ndata: 3\nid\n\n',
    [message('1', '1'), message('2', '1'), message('3')],
  ],
  [
    'one space is left out, not two; empty data',
    'data:a\n\ndata:  b\n\ndata\n\ndata\ndata\n\ndata:',
    [message('a'), message(' b'), message(''), message('\n')],
  ],
  [
    'all ends of lines, mixed',
    'data: 1\r\n\r\ndata: 2\r\rdata: 3\n\ndata: 4\r\n\n',
    [message('1'), message('2'), message('3'), message('4')],
  ],
  ['a byte order mark, at the begin alone', '\ufeffdata: a\n\n\ufeffdata: b\n\n', [message('a')]],
  [
    'an event without data is none, and its type is forgotten',
    'event: x\nid: 5\n\ndata: a\n\n',
    [message('a', '5')],
  ],
  ['unknown fields, and ids with a null', 'x: y\nid: a\0b\ndata: a\n\n', [message('a')]],
  ['what is not complete', 'data: a\n\ndata: b\n', [message('a')]],
])('%s', (_, text, expected) => {
  for (const chunk of [1, 2, 3, 7, 1000]) expect(parse(text, chunk).events).toEqual(expected)
})

test('the wait before a reconnect: digits alone', () => {
  expect(parse('retry: 250\n\n').retryMs).toBe(250)
  expect(parse('retry: 2.5\nretry: -1\nretry: x\n\n').retryMs).toBe(undefined)
})

test('an id counts once its event is complete, with data or without', () => {
  expect(parse('id: 1\ndata: a\n\nid: 2\n').lastEventId).toBe('1')
  expect(parse('id: 2\n\n').lastEventId).toBe('2')
  expect(parse('data: a\n\n', 5, 'before').events).toEqual([message('a', 'before')])
})

test('whatever is written is read, however it is cut', () => {
  const line = fc.string({ unit: fc.constantFrom('a', ' ', ':', 'ä', '😀', 'data') })
  const event = fc.record({
    id: line,
    type: fc.constantFrom('message', 'x y'),
    lines: fc.array(line, { minLength: 1 }),
  })
  fc.assert(
    fc.property(
      fc.array(event),
      fc.constantFrom('\n', '\r', '\r\n'),
      fc.integer({ min: 1, max: 9 }),
      (all, end, chunk) => {
        const text = all.map(({ id, type, lines }) =>
          [`id: ${id}`, `event: ${type}`, ...lines.map((data) => `data: ${data}`), '', ''].join(end),
        )
        expect(parse(text.join(''), chunk).events).toEqual(
          all.map(({ id, type, lines }) => message(lines.join('\n'), id, type)),
        )
      },
    ),
  )
})

test('an event without an end is refused, in one line or in many', () => {
  const parser = new EventParser(100, '')
  expect(() => parser.push(Buffer.from(`data: ${'x'.repeat(200)}`))).toThrow(/more than 100 characters/)
  const other = new EventParser(100, '')
  expect(() => {
    for (let n = 0; n < 50; n++) other.push(Buffer.from('data: 12345\n'))
  }).toThrow(/maxEventBytes/)
})
