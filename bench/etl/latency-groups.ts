// The task `csv` once records are parsed: count, mean and maximum per path. Called by the programs with csv-parse and uDSV.

import { writeFileSync } from 'node:fs'

export class LatencyGroups {
  readonly #groups = new Map<string, { count: number; sum: number; max: number }>()

  add(path: string, ms: number): void {
    const group = this.#groups.get(path)
    if (group === undefined) this.#groups.set(path, { count: 1, sum: ms, max: ms })
    else {
      group.count++
      group.sum += ms
      if (ms > group.max) group.max = ms
    }
  }

  write(output: string): void {
    const rows = [...this.#groups].map(([path, { count, sum, max }]) => ({
      path,
      count,
      mean: sum / count,
      max,
    }))
    writeFileSync(output, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  }
}
