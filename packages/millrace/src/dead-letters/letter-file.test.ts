/** Goal: letters are written one after the other, all before the file is closed; a disk that fails is told, once. */
import { run } from '@millrace/core'
import { fromIterable, map } from '@millrace/terms'
import { expect, test } from 'vitest'
import { LetterFile } from './letter-file.ts'

const failing = (items: number) =>
  run(
    fromIterable(Array.from({ length: items }, (_, n) => n)).pipe(
      map((): number => {
        throw new Error('no')
      }).onFailure({ onError: 'skip' }),
    ),
  )

test('a slow disk holds back what fails', async () => {
  const lines: string[] = []
  let writing = 0
  const file = new LetterFile('f', {
    async appendFile(line) {
      expect(++writing).toBe(1)
      await new Promise((resolve) => setImmediate(resolve))
      lines.push(String(line))
      writing--
    },
    async close() {
      lines.push('closed')
    },
  })
  const r = failing(3000)
  file.follow(r.deadLetters(), (error) => expect.fail(error.message))
  await r.done
  await file.end()
  expect(lines).toHaveLength(3001)
  expect(JSON.parse(lines[2999] as string)).toMatchObject({ item: 2999 })
  expect(lines[3000]).toBe('closed')
})

test('a disk that is full', async () => {
  const told: unknown[] = []
  const file = new LetterFile('f', {
    appendFile: () => Promise.reject(new Error('ENOSPC')),
    close: async () => undefined,
  })
  const r = failing(3000)
  file.follow(r.deadLetters(), (error) => told.push(error.message))
  await r.done
  await file.end()
  expect(told).toEqual(['The dead letters f cannot be written: ENOSPC'])
})
