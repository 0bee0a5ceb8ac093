// Live sources: an emitter, the clock, a page that is asked again and again.
import { EventEmitter } from 'node:events'
import type { Term } from 'millrace'
import { conflate, debounce, fromEvents, httpPoll, interval, map, take } from 'millrace/terms'
import { same } from '../same.ts'

const keys = fromEvents<{ key: string }>(new EventEmitter(), 'key', { overflow: 'dropOldest' }).pipe(
  map(({ key }) => key),
  debounce(100),
)
same<typeof keys, Term<never, string>>()
const ticks = interval(1000).pipe(
  take(3),
  map((tick) => tick * 2),
)
same<typeof ticks, Term<never, number>>()
const prices = httpPoll('http://service.test/price', { everyMs: 1000 }).pipe(
  map(({ text }) => Number(text)),
  conflate((held, price) => Math.max(held, price)),
)
same<typeof prices, Term<never, number>>()
