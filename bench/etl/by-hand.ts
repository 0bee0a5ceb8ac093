// The tasks as a person would write them for one script, without a library: fold lines, merge what threads folded,
// write. Called by the programs by hand, on one thread and on two; `csv` by hand is csv-parse.ts and udsv.ts.

import { readFileSync, writeFileSync } from 'node:fs'
import { gapMs, leastCents, topWords, windowMs } from './task.ts'

export type HandWorkload = 'logs' | 'words' | 'sessions' | 'enrich'

/** One task. `partial` can be posted to another thread. */
interface HandJob<Partial> {
  readonly line: (line: string) => void
  readonly partial: () => Partial
  /** Partials are in the order of the file. */
  readonly write: (partials: readonly Partial[], output: string) => void
}

interface Group {
  readonly start: number
  readonly path: string
  count: number
  errors: number
  values: number[]
}

function logs(): HandJob<Map<string, Group>> {
  const groups = new Map<string, Group>()
  return {
    line: (line) => {
      const { time, path, status, ms } = JSON.parse(line)
      const start = time - (time % windowMs)
      const key = `${start} ${path}`
      let group = groups.get(key)
      if (group === undefined) groups.set(key, (group = { start, path, count: 0, errors: 0, values: [] }))
      group.count++
      if (status >= 500) group.errors++
      group.values.push(ms)
    },
    partial: () => groups,
    write: ([all = new Map(), ...others], output) => {
      for (const other of others) {
        for (const [key, group] of other) {
          const into = all.get(key)
          if (into === undefined) all.set(key, group)
          else {
            into.count += group.count
            into.errors += group.errors
            into.values = into.values.concat(group.values)
          }
        }
      }
      let text = ''
      for (const { values, ...row } of all.values()) {
        const sorted = Float64Array.from(values).sort()
        const at = (quantile: number) => sorted[Math.floor(quantile * (sorted.length - 1))]
        text += `${JSON.stringify({ ...row, p50: at(0.5), p99: at(0.99) })}\n`
      }
      writeFileSync(output, text)
    },
  }
}

function words(): HandJob<Map<string, number>> {
  const counts = new Map<string, number>()
  return {
    line: (line) => {
      for (const word of line.split(' ')) counts.set(word, (counts.get(word) ?? 0) + 1)
    },
    partial: () => counts,
    write: ([all = new Map(), ...others], output) => {
      for (const other of others) {
        for (const [word, count] of other) all.set(word, (all.get(word) ?? 0) + count)
      }
      const top = [...all].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, topWords)
      writeFileSync(output, top.map(([word, count]) => `${JSON.stringify({ word, count })}\n`).join(''))
    },
  }
}

interface Session {
  readonly start: number
  last: number
  count: number
  readonly entry: string
  exit: string
}

function sessions(): HandJob<Map<number, Session[]>> {
  const byUser = new Map<number, Session[]>()
  /** Joins a session to the user's last one, if the pause between them is short. */
  const add = (all: Map<number, Session[]>, user: number, session: Session): void => {
    const known = all.get(user)
    const before = known?.at(-1)
    if (known === undefined) all.set(user, [session])
    else if (before !== undefined && session.start - before.last < gapMs) {
      before.last = session.last
      before.count += session.count
      before.exit = session.exit
    } else known.push(session)
  }
  return {
    line: (line) => {
      const { time, user, page } = JSON.parse(line)
      add(byUser, user, { start: time, last: time, count: 1, entry: page, exit: page })
    },
    partial: () => byUser,
    write: ([all = new Map(), ...others], output) => {
      for (const other of others) {
        for (const [user, list] of other) for (const session of list) add(all, user, session)
      }
      let text = ''
      for (const [user, list] of all) {
        for (const session of list) text += `${JSON.stringify({ user, ...session })}\n`
      }
      writeFileSync(output, text)
    },
  }
}

function enrich(table: string): HandJob<string> {
  const rows = readFileSync(table, 'utf8').trim().split('\n').slice(1)
  const products = new Map(
    rows.map((row) => {
      const [, product = '', name = '', category = '', cents = ''] =
        /^([^,]*),("[^"]*"|[^,]*),([^,]*),(\d+)$/.exec(row) ?? []
      return [product, { name, category, cents: Number(cents) }] as const
    }),
  )
  let text = ''
  return {
    line: (line) => {
      const { id, product, quantity } = JSON.parse(line)
      const found = products.get(product)
      if (found === undefined) return
      const totalCents = quantity * found.cents
      // the name keeps the quotes it had
      if (totalCents >= leastCents) text += `${id},${found.name},${found.category},${totalCents}\n`
    },
    partial: () => text,
    write: (partials, output) => writeFileSync(output, `id,name,category,totalCents\n${partials.join('')}`),
  }
}

/** By workload; `table` is the path of the table to join with. */
export const byHand: Readonly<Record<HandWorkload, (table: string) => HandJob<any>>> = {
  logs,
  words,
  sessions,
  enrich,
}
