// Makes a workload's files and the answer that is right for them, from a seed, once per size. Called by contract.ts and
// the tests. The answer comes from the values themselves, before they were text: no contender's code takes part in it.

import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Random } from 'millrace/testing'
import type { Expected } from './answers.ts'
import { cacheFolder } from './cache-folder.ts'
import { makers } from './makers.ts'

export interface MadeFiles {
  readonly input: string
  readonly table: string
  readonly expected: Expected
}

/** Raised whenever makers.ts gives other files: older ones are not used then. */
const version = 1
const seed = 20_251_129
const bufferBytes = 1 << 20

/** @throws Error for a workload that there is not. */
export async function madeFor(workload: string, items: number): Promise<MadeFiles> {
  const make = makers[workload]
  if (make === undefined) throw new Error(`no workload ${workload}`)
  const base = join(cacheFolder(), `${workload}-${items}-v${version}`)
  const input = `${base}.${workload === 'csv' ? 'csv' : workload === 'words' ? 'txt' : 'ndjson'}`
  const table = `${base}.table.csv`
  const answer = `${base}.expected.json`
  // the answer is written last
  if (!existsSync(answer)) {
    const writing = `${input}.${process.pid}`
    const file = openSync(writing, 'w')
    let pending = ''
    const { table: rows, expected } = make(new Random(seed), items, (line) => {
      pending += `${line}\n`
      if (pending.length < bufferBytes) return
      writeSync(file, pending)
      pending = ''
    })
    writeSync(file, pending)
    closeSync(file)
    renameSync(writing, input)
    writeFileSync(table, rows ?? '')
    writeFileSync(`${answer}.${process.pid}`, JSON.stringify(expected))
    renameSync(`${answer}.${process.pid}`, answer)
  }
  return { input, table, expected: JSON.parse(readFileSync(answer, 'utf8')) as Expected }
}
