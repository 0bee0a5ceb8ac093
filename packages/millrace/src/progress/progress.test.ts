/** Goal: the progress line and the graph's own output never get into one another's way on a terminal. */
import { expect, test } from 'vitest'
import { Progress, type SharedOutput } from './progress.ts'

const CLEAR = '\r\u001B[K'

function screen(isTTY = true) {
  const written: string[] = []
  const terminal = { isTTY: true, columns: 40, write: (text: string) => written.push(text) }
  const output: SharedOutput = {
    isTTY,
    write: (text: string | Uint8Array) => {
      written.push(String(text))
      return true
    },
  }
  return { written, terminal, output, progress: new Progress(terminal, output) }
}

test('a line is redrawn in place, and taken away once', () => {
  const { written, progress } = screen()
  progress.draw('one')
  progress.draw('two')
  progress.clear()
  progress.clear()
  expect(written).toEqual([`${CLEAR}one`, `${CLEAR}two`, CLEAR])
})

test('what the graph prints comes on a line of its own', () => {
  const { written, output, progress } = screen()
  progress.draw('one')
  output.write('item 1\n')
  output.write('item 2\n')
  progress.draw('two')
  expect(written).toEqual([`${CLEAR}one`, CLEAR, 'item 1\n', 'item 2\n', `${CLEAR}two`])
})

test('an unfinished line of the graph is not drawn over', () => {
  const { written, output, progress } = screen()
  output.write('waiting … ')
  progress.draw('one')
  output.write(Buffer.from('done\n'))
  progress.draw('two')
  expect(written).toEqual(['waiting … ', 'done\n', `${CLEAR}two`])
})

test('output that goes elsewhere is left alone, and after the end all is as it was', () => {
  const elsewhere = screen(false)
  const { write } = elsewhere.output
  elsewhere.progress.draw('one')
  elsewhere.output.write('item\n')
  expect(elsewhere.written).toEqual([`${CLEAR}one`, 'item\n'])
  elsewhere.progress.close()
  expect(elsewhere.output.write).toBe(write)
  const { output, written, progress } = screen()
  progress.draw('one')
  progress.close()
  output.write('item\n')
  expect(written).toEqual([`${CLEAR}one`, CLEAR, 'item\n'])
})

test('a line leaves the last column free', () => {
  expect(screen().progress.width).toBe(39)
})
