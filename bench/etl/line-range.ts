// Reads the lines of a range of bytes of a file of ASCII. Called by the programs by hand. Readers of ranges that touch
// read each line once.

import { closeSync, openSync, readSync } from 'node:fs'

const chunkBytes = 1 << 20
const lf = 0x0a

/** Calls `f` with each line that begins in the range, to its end, which may lie behind it. */
export function forLines(path: string, from: number, to: number, f: (line: string) => void): void {
  const file = openSync(path, 'r')
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes)
    // the line under way where the range begins is the other reader's, unless the byte before it ends a line
    let at = Math.max(0, from - 1)
    let isPassing = from > 0
    let rest: Buffer = Buffer.alloc(0)
    for (let read = 1; read > 0; at += read) {
      read = readSync(file, chunk, 0, chunkBytes, at)
      let fresh = chunk.subarray(0, read)
      if (isPassing) {
        const begin = fresh.indexOf(lf) + 1
        if (begin === 0) continue
        fresh = fresh.subarray(begin)
        isPassing = false
      }
      const lineAt = at + read - fresh.length - rest.length
      const bytes = Buffer.concat([rest, fresh])
      const end = bytes.lastIndexOf(lf) + 1
      const text = bytes.toString('utf8', 0, end)
      for (let start = 0; start < text.length; ) {
        if (lineAt + start >= to) return
        const lineEnd = text.indexOf('\n', start)
        f(text.slice(start, lineEnd))
        start = lineEnd + 1
      }
      rest = bytes.subarray(end)
    }
  } finally {
    closeSync(file)
  }
}
