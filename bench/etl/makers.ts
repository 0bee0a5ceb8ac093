// The files of the etl suite: one maker per workload. Called by made-files.ts. Values are whole numbers and quarters,
// whose sums are exact in any order, so every contender has the same mean to the last bit.

import type { Random } from 'millrace/testing'
import { digestOf, type Expected, type ExpectedRow } from './answers.ts'
import { gapMs, leastCents, topWords, windowMs } from './task.ts'

/** Writes `items` lines; returns the right answer, and the table to join with if there is one. */
export type Maker = (
  random: Random,
  items: number,
  write: (line: string) => void,
) => { readonly expected: Expected; readonly table?: string }

/** 2026-01-01, midnight. */
const firstMs = Date.UTC(2026, 0, 1)

const things = ['users', 'orders', 'products', 'carts', 'search', 'images', 'reports', 'login']
const actions = ['list', 'read', 'write', 'delete', 'export']
const paths = things.flatMap((thing) => actions.map((action) => `/api/${thing}/${action}`))

/** From 0 up to `count`, the low ones far more often than the high ones. */
function skewed(random: Random, count: number): number {
  return Math.floor(count ** random.next() - 1 + random.next()) % count
}

/** Milliseconds that a request took, in quarters: most are short, few are very long. */
function latency(random: Random): number {
  return Math.max(1, Math.round(-Math.log(1 - random.next()) * 160)) / 4
}

function statusOf(random: Random): number {
  const at = random.below(100)
  return at < 3 ? 500 + random.below(4) : at < 10 ? 404 : 200
}

interface Group {
  count: number
  errors: number
  readonly values: number[]
}

function groupOf<Key>(groups: Map<Key, Group>, key: Key): Group {
  const known = groups.get(key)
  if (known !== undefined) return known
  const group = { count: 0, errors: 0, values: [] }
  groups.set(key, group)
  return group
}

/** The two values between which a quantile lies, by whichever definition. */
function between(sorted: readonly number[], quantile: number): [number, number] {
  const rank = quantile * (sorted.length - 1)
  return [sorted[Math.floor(rank)] as number, sorted[Math.ceil(rank)] as number]
}

const logs: Maker = (random, items, write) => {
  const groups = new Map<string, Group>()
  let time = firstMs
  for (let n = 0; n < items; n++) {
    time += random.below(21)
    const path = paths[skewed(random, paths.length)] as string
    const status = statusOf(random)
    const ms = latency(random)
    write(`{"time":${time},"path":"${path}","status":${status},"ms":${ms},"user":${random.below(50_000)}}`)
    const group = groupOf(groups, `${time - (time % windowMs)} ${path}`)
    group.count++
    if (status >= 500) group.errors++
    group.values.push(ms)
  }
  const rows = [...groups].map(([key, { count, errors, values }]): ExpectedRow => {
    const [start, path] = key.split(' ') as [string, string]
    const sorted = values.toSorted((a, b) => a - b)
    return {
      start: Number(start),
      path,
      count,
      errors,
      p50: between(sorted, 0.5),
      p99: between(sorted, 0.99),
    }
  })
  return { expected: { key: ['start', 'path'], rows } }
}

const agents = [
  'Mozilla/5.0 (X11, Linux), rv:128',
  'Mozilla/5.0 (Macintosh), 17.4',
  'curl/8.9, ""quiet""',
  'okhttp/4.12, Android 14',
]

const csv: Maker = (random, items, write) => {
  const groups = new Map<string, { count: number; sum: number; max: number }>()
  let time = firstMs
  write('time,path,status,ms,user,agent')
  for (let n = 0; n < items; n++) {
    time += random.below(21)
    const path = paths[skewed(random, paths.length)] as string
    const ms = latency(random)
    const agent = random.pick(agents)
    write(`${time},${path},${statusOf(random)},${ms},${random.below(50_000)},"${agent}"`)
    const group = groups.get(path)
    if (group === undefined) groups.set(path, { count: 1, sum: ms, max: ms })
    else {
      group.count++
      group.sum += ms
      group.max = Math.max(group.max, ms)
    }
  }
  const rows = [...groups].map(([path, { count, sum, max }]) => ({ path, count, mean: sum / count, max }))
  return { expected: { key: ['path'], rows } }
}

const wordsPerLine = 14
const vocabularySize = 20_000
const letters = 'abcdefghijklmnopqrstuvwxyz'

function vocabulary(random: Random): string[] {
  const words = new Set<string>()
  while (words.size < vocabularySize) {
    let word = ''
    for (let left = 2 + random.below(9); left > 0; left--) word += letters[random.below(letters.length)]
    words.add(word)
  }
  return [...words]
}

const words: Maker = (random, items, write) => {
  const all = vocabulary(random)
  const counts = new Map<string, number>()
  for (let n = 0; n < items; n++) {
    const line = Array.from({ length: wordsPerLine }, () => all[skewed(random, all.length)] as string)
    for (const word of line) counts.set(word, (counts.get(word) ?? 0) + 1)
    write(line.join(' '))
  }
  const top = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, topWords)
  return { expected: { key: ['word'], rows: top.map(([word, count]) => ({ word, count })) } }
}

/** Users who are there at a time, and how many users there are. */
const present = 1_000
const users = 50_000

interface Session {
  start: number
  last: number
  count: number
  readonly entry: string
  exit: string
}

const sessions: Maker = (random, items, write) => {
  const rows: ExpectedRow[] = []
  const open = new Map<number, Session>()
  const close = (user: number, session: Session): void => {
    rows.push({ user, ...session })
  }
  const here = Array.from({ length: present }, () => random.below(users))
  let time = firstMs
  for (let n = 0; n < items; n++) {
    // no two at one time: which is a session's first page is never in doubt
    time += 1 + random.below(200)
    const place = random.below(present)
    if (random.below(25) === 0) here[place] = random.below(users)
    const user = here[place] as number
    const page = paths[skewed(random, paths.length)] as string
    write(`{"time":${time},"user":${user},"page":"${page}","ms":${latency(random)},"ok":true}`)
    const session = open.get(user)
    if (session !== undefined && time - session.last < gapMs) {
      session.last = time
      session.count++
      session.exit = page
    } else {
      if (session !== undefined) close(user, session)
      open.set(user, { start: time, last: time, count: 1, entry: page, exit: page })
    }
  }
  for (const [user, session] of open) close(user, session)
  return { expected: { key: ['user', 'start'], rows } }
}

const productCount = 2_000

const enrich: Maker = (random, items, write) => {
  const products = Array.from({ length: productCount }, (_, n) => ({
    product: `p${n}`,
    // a comma here and there: such a field is quoted
    name: n % 5 === 0 ? `thing ${n}, large` : `thing ${n}`,
    category: random.pick(things),
    cents: 100 * (1 + random.below(1_000)) - 1,
  }))
  const quoted = (text: string): string => (text.includes(',') ? `"${text}"` : text)
  const table = products.map((row) => `${row.product},${quoted(row.name)},${row.category},${row.cents}\n`)
  const lines = ['id,name,category,totalCents']
  for (let id = 0; id < items; id++) {
    const known = random.below(20) !== 0
    const { product, name, category, cents } = random.pick(products)
    const quantity = 1 + random.below(5)
    const sold = known ? product : `gone${product}`
    write(
      `{"id":${id},"product":"${sold}","quantity":${quantity},"customer":${random.below(users)},"note":"none"}`,
    )
    const totalCents = quantity * cents
    if (known && totalCents >= leastCents) lines.push(`${id},${quoted(name)},${category},${totalCents}`)
  }
  return {
    table: `product,name,category,cents\n${table.join('')}`,
    expected: { lines: lines.length, sha256: digestOf(lines) },
  }
}

/** By workload. */
export const makers: Readonly<Record<string, Maker>> = { logs, csv, words, sessions, enrich }
