/** Reads a file of dead letters line by line, so that it may be of any size. Called by the files beside this one. */

import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { BadInputError, messageOf } from '@millrace/core'
import { type RawLetter, rawLetterOf } from './letter-line.ts'

/** Each letter with the number of its line. @throws {BadInputError} for a line that is none. */
export async function* linesIn(
  file: string,
): AsyncGenerator<{ readonly letter: RawLetter; readonly at: number }> {
  const input = createReadStream(file)
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  let at = 0
  try {
    for await (const line of lines) {
      at++
      if (line.trim() === '') continue
      yield { letter: readLine(line, `${file}:${at}`), at }
    }
  } finally {
    lines.close()
    input.destroy()
  }
}

function readLine(line: string, place: string): RawLetter {
  try {
    return rawLetterOf(line)
  } catch (cause) {
    throw new BadInputError(`${place}: ${messageOf(cause)}`, { cause })
  }
}
