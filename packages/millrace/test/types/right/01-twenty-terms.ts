import { fromIterable, map } from 'millrace/terms'

export const text: string = String(
  fromIterable([1]).pipe(
    map((n) => n + 1),
    map((n) => n + 1),
    map((n) => n + 1),
    map((n) => n + 1),
    map((n) => n + 1),
    map((n) => n + 1),
    map((n) => n + 1),
    map((n) => n + 1),
    map((n) => n + 1),
    map((n) => n + 1),
    map((n) => n + 1),
    map((n) => n + 1),
    map((n) => n + 1),
    map((n) => n + 1),
    map((n) => n + 1),
    map((n) => n + 1),
    map((n) => n + 1),
    map((n) => n + 1),
    map((n) => n + 1),
    map((n) => n.toFixed(2)),
  ),
)
