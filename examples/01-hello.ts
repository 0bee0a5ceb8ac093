/**
 * Hello, world: a source, a function, and a printer, composed into a graph.
 *
 *     Hello --> World --> print
 *
 * Run it with: npx millrace run examples/01-hello.ts
 */
import { FunctionTerm, graph, run, SourceTerm, type Summary } from 'millrace'
import { print } from 'millrace/terms'

interface Message {
  readonly text: string
}

/** Says one thing and ends; a source may as well be endless, since it is asked only while there is room. */
class Hello extends SourceTerm<Message> {
  override *generate() {
    yield { text: 'Hello' }
  }
}

class World extends FunctionTerm<Message, Message> {
  override f({ text }: Message) {
    return { text: `${text} World!` }
  }
}

const hello = graph(import.meta.url, () => new Hello().pipe(new World(), print()))
export default hello

/** The same from a program; the summary says where every item went. */
export function main(): Promise<Summary> {
  return run(hello()).done
}

// Prints:
//
//     { text: 'Hello World!' }
