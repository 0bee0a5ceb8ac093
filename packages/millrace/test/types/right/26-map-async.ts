// Requests side by side, each with a time limit and a fallback.
import type { Term } from 'millrace'
import { fetchEach, fromIterable, mapAsync } from 'millrace/terms'
import { same } from '../same.ts'

interface User {
  readonly id: number
  readonly name: string
}
declare function load(id: number): Promise<User | undefined>

const users = fromIterable([1, 2]).pipe(
  mapAsync(load, {
    concurrency: 32,
    ordered: false,
    onFailure: { timeoutMs: 500, retry: 2, onError: 'skip' },
  }),
)
same<typeof users, Term<never, User>>()
const names = fromIterable([1, 2]).pipe(
  mapAsync(async (id) => (await load(id))?.name, {
    onFailure: { fallback: (id, error) => `${id.toFixed()} ${String(error)}` },
  }),
)
same<typeof names, Term<never, string>>()
const sizes = users.pipe(
  fetchEach((user) => `http://service.test/${user.id}`, {
    read: async (response, user) => ({ user: user.name, bytes: (await response.arrayBuffer()).byteLength }),
  }),
)
same<typeof sizes, Term<never, { user: string; bytes: number }>>()
