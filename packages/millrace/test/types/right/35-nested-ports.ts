// Ports within ports, one of them picked, and one wired by hand.
import { connect, type OutputOf, type Ports, parallel, type Term } from 'millrace'
import { fromIterable, id, map } from 'millrace/terms'
import { same } from '../same.ts'

const shapes = fromIterable([2]).parallel({
  square: parallel({ area: map((a: number) => a * a), name: map((a: number) => `square of ${a}`) }),
  side: id(),
})
same<OutputOf<typeof shapes>, Ports<{ 'square.area': number; 'square.name': string; side: number }>>()
const names = shapes.port('square.name')
same<typeof names, Term<never, string>>()
const lengths = connect(
  shapes,
  map((name: string) => name.length),
  { output: 'square.name' },
)
same<typeof lengths, Term<never, number>>()
