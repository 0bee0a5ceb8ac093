import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { toArray } from 'millrace/terms'
import words, { toWords } from './words.ts'

test('words are written in small letters', () => {
  assert.deepEqual(toWords('Die Mühle, the mill!'), ['die', 'mühle', 'the', 'mill'])
})

test('the words that stand there most often come first', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'words-'))
  try {
    const file = join(folder, 'text.txt')
    await writeFile(file, 'to be or not\nto be\nto\n')
    // on this thread, without hosts: the answer is the same
    assert.deepEqual(await toArray(words({ file, top: 2 })), ['to 3', 'be 2'])
  } finally {
    await rm(folder, { recursive: true })
  }
})
