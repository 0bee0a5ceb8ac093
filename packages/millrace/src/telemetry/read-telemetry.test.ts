/** Goal: a line of telemetry is read as it was written, and one that is none is told with its place. */

import { join } from 'node:path'
import { recordingOf } from '@millrace/ui'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { readTelemetry } from './read-telemetry.ts'

const line = {
  time: '1970-01-01T00:00:01.000Z',
  outcome: 'completed',
  droppedLines: 0,
  elapsedMs: 1,
  items: { in: 1, out: 1 },
  failures: { total: 0, byTerm: {} },
  nodes: [],
  stages: [],
  edges: [],
  threads: { budget: 0, health: { level: 'green' }, workers: [] },
}

const fileOf = (...lines: unknown[]): string =>
  join(temporaryFolder({ 't.jsonl': lines.map((each) => `${JSON.stringify(each)}\n`).join('') }), 't.jsonl')

test('a line that was written', async () => {
  const lines = await readTelemetry(fileOf(line))
  expect(lines).toMatchObject([{ time: 1000, state: 'completed', stats: { elapsedMs: 1 } }])
  expect(recordingOf('t', lines).frames).toHaveLength(1)
})

test.each<[string, object]>([
  ['threads', { threads: undefined }],
  ['the health of threads', { threads: { budget: 0, workers: [] } }],
  ['workers', { threads: { budget: 0, health: { level: 'green' } } }],
  ['items', { items: undefined }],
  ['failures', { failures: undefined }],
  ['failures by term', { failures: {} }],
  ['edges', { edges: undefined }],
  ['waits of its stages', { stages: [{ index: 0 }] }],
])('a line without %s is none', async (_what, part) => {
  await expect(readTelemetry(fileOf(line, { ...line, ...part }))).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringMatching(/t\.jsonl:2: it is no line of millrace run --telemetry/),
  })
})
