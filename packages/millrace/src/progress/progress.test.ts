/** Goal: the progress line and the graph's own output never get into one another's way on a terminal. */
import { expect, test } from 'vitest'
import { Progress, type Terminal } from './progress.ts'

const CLEAR = '\r\u001B[J'

function screen(isTTY = true, columns = 40) {
  const written: string[] = []
  const stream = (isTerminal: boolean) => ({
    isTTY: isTerminal,
    columns,
    rows: 10,
    write: (text: string | Uint8Array) => {
      written.push(String(text))
      return true
    },
  })
  const [terminal, output] = [stream(true), stream(isTTY)] as [Terminal & { columns: number }, Terminal]
  return { written, terminal, output, progress: new Progress(terminal, output) }
}

test('a line is redrawn in place, and taken away once', () => {
  const { written, progress } = screen()
  progress.draw(['one'])
  progress.draw(['two'])
  progress.clear()
  progress.clear()
  expect(written).toEqual([`${CLEAR}one`, `${CLEAR}two`, CLEAR])
})

test('what the graph prints comes on a line of its own', () => {
  const { written, output, progress } = screen()
  progress.draw(['one'])
  output.write('item 1\n')
  output.write('item 2\n')
  progress.draw(['two'])
  expect(written).toEqual([`${CLEAR}one`, CLEAR, 'item 1\n', 'item 2\n', `${CLEAR}two`])
})

test('an unfinished line of the graph is not drawn over', () => {
  const { written, output, progress } = screen()
  output.write('waiting … ')
  progress.draw(['one'])
  output.write(Buffer.from('done\n'))
  progress.draw(['two'])
  expect(written).toEqual(['waiting … ', 'done\n', `${CLEAR}two`])
})

test('output that goes elsewhere is left alone, and after the end all is as it was', () => {
  const elsewhere = screen(false)
  const { write } = elsewhere.output
  elsewhere.progress.draw(['one'])
  elsewhere.output.write('item\n')
  expect(elsewhere.written).toEqual([`${CLEAR}one`, 'item\n'])
  elsewhere.progress.close()
  expect(elsewhere.output.write).toBe(write)
  const { output, written, progress } = screen()
  progress.draw(['one'])
  progress.close()
  output.write('item\n')
  expect(written).toEqual([`${CLEAR}one`, CLEAR, 'item\n'])
})

test('a line leaves the last column free', () => {
  expect(screen().progress.width).toBe(39)
})

test('several lines are redrawn from the first of them', () => {
  const { written, progress } = screen()
  progress.draw(['one', 'two', 'three'])
  progress.draw(['four'])
  progress.clear()
  expect(written).toEqual([`${CLEAR}one\ntwo\nthree`, `\u001B[2A${CLEAR}four`, CLEAR])
})

test('a terminal that became narrower has wrapped the lines', () => {
  const { written, terminal, progress } = screen()
  progress.draw(['x'.repeat(39), 'y'.repeat(10)])
  terminal.columns = 20
  progress.clear()
  expect(written.at(-1)).toBe(`\u001B[2A${CLEAR}`)
})

test('what is written to the terminal itself, by console.error or as a warning, does not stand in the line', () => {
  const { written, terminal, progress } = screen(false)
  progress.draw(['one'])
  terminal.write('a warning\n')
  expect(written).toEqual([`${CLEAR}one`, CLEAR, 'a warning\n'])
  progress.close()
  terminal.write('later\n')
  expect(written.slice(3)).toEqual(['later\n'])
})
