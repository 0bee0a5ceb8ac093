// Items of several kinds, told apart by a field, and taken apart by a test.
import type { OutputOf, Ports, Term } from 'millrace'
import { filter, fromIterable, map, partition } from 'millrace/terms'
import { same } from '../same.ts'

type Event =
  | { readonly kind: 'login'; readonly user: string }
  | { readonly kind: 'error'; readonly code: number }
type Login = Extract<Event, { kind: 'login' }>

const events: Term<never, Event> = fromIterable<Event>([
  { kind: 'login', user: 'ada' },
  { kind: 'error', code: 3 },
])
const texts = events.pipe(map((event) => (event.kind === 'login' ? event.user : event.code)))
same<typeof texts, Term<never, string | number>>()
const logins = events.pipe(
  filter((event): event is Login => event.kind === 'login'),
  map((login) => login.user),
)
same<typeof logins, Term<never, string>>()
const parts = events.pipe(partition((event): event is Login => event.kind === 'login'))
same<OutputOf<typeof parts>, Ports<{ matched: Login; others: Exclude<Event, Login> }>>()
