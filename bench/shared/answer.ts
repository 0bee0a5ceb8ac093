// Runs a Millrace graph that gives a single number and hands it over, as a program would. Called by the contenders
// that are strategies of Millrace; it sets nothing that they do not name.

import { run, type SchedulerOptions, type Term } from 'millrace'
import { collect } from 'millrace/terms'

/** @throws Error unless the graph gives exactly one number. */
export async function onlyOutput(term: Term<never, number>, scheduler: SchedulerOptions): Promise<number> {
  const collected = collect<number>()
  const summary = await run(term.pipe(collected), { scheduler }).done
  const numbers = summary.result(collected)
  const [answer] = numbers
  if (answer === undefined || numbers.length > 1) throw new Error(`the graph gave ${numbers.length} items`)
  return answer
}
