/** Reads what `millrace run --telemetry` has left behind. Called by `millrace view`. */

import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { BadInputError, messageOf, type Stats } from '@millrace/core'
import type { TelemetryLine } from '@millrace/ui'
import { isRecord } from '../config/setting.ts'
import { checkFile } from '../load-module.ts'

/** All lines of the file. @throws {BadInputError} for a line that is none, or if there is none. */
export async function readTelemetry(file: string): Promise<TelemetryLine[]> {
  await checkFile(file)
  const input = createReadStream(file)
  const reader = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  const lines: TelemetryLine[] = []
  let at = 0
  try {
    for await (const text of reader) {
      at++
      if (text.trim() !== '') lines.push(lineOf(text, `${file}:${at}`))
    }
  } finally {
    reader.close()
    input.destroy()
  }
  if (lines.length === 0) throw new BadInputError(`${file} holds no telemetry.`)
  return lines
}

function lineOf(text: string, place: string): TelemetryLine {
  const line = parsed(text, place)
  const isTelemetry =
    isRecord(line) &&
    typeof line['time'] === 'string' &&
    typeof line['elapsedMs'] === 'number' &&
    isRecord(line['items']) &&
    isRecord(line['failures']) &&
    isRecord(line['failures']['byTerm']) &&
    Array.isArray(line['nodes']) &&
    Array.isArray(line['edges']) &&
    Array.isArray(line['stages']) &&
    line['stages'].every((stage) => isRecord(stage) && typeof stage['waitingMs'] === 'number') &&
    isRecord(line['threads']) &&
    isRecord(line['threads']['health']) &&
    Array.isArray(line['threads']['workers'])
  if (!isTelemetry) {
    throw new BadInputError(`${place}: it is no line of millrace run --telemetry, or of an earlier version.`)
  }
  const { time, outcome, droppedLines: _, ...stats } = line
  const ended = outcome === 'running' ? 'running' : (outcome as TelemetryLine['state'])
  return { time: Date.parse(time as string), state: ended, stats: stats as unknown as Stats }
}

function parsed(text: string, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new BadInputError(`${place}: ${messageOf(cause)}`, { cause })
  }
}
