/**
 * A feedback loop: a thermostat reads the temperature of a room and heats it, and what it does is what the room goes on
 * from. The room is mentioned twice and is one node: that is how the loop is drawn. It begins with what the room emits in
 * `enter`, and ends, dry, once the room gives nothing more.
 *
 *            +------------------------------+
 *            |                              |
 *            v                              |
 *          Room --+--> Thermostat ----------+
 *                 |    (on or off)
 *                 |
 *                 +--> Log --> print
 *
 * Run it with: npx millrace run examples/05-thermostat.ts
 */
import { type Context, FunctionTerm, graph, run, type Summary, type Term } from 'millrace'
import { print } from 'millrace/terms'

const MINUTES = 120
const OUTSIDE = 5
/** Degrees that a minute of heating adds, and the part of the difference to the outside that it loses. */
const HEATING = 0.4
const LOSS = 0.01

interface Reading {
  readonly minute: number
  readonly temperature: number
}

/** The plant: a minute passes with each order that it gets. */
export class Room extends FunctionTerm<boolean, Reading, Reading> {
  override initialState(): Reading {
    return { minute: 0, temperature: 16 }
  }

  /** The first reading: without it both terms would wait for each other. */
  override enter(ctx: Context<Reading, Reading>) {
    ctx.emit(ctx.state)
  }

  override f(isHeating: boolean, ctx: Context<Reading, Reading>) {
    const { minute, temperature } = ctx.state
    if (minute === MINUTES) return undefined
    const change = (isHeating ? HEATING : 0) - LOSS * (temperature - OUTSIDE)
    ctx.state = { minute: minute + 1, temperature: temperature + change }
    return ctx.state
  }
}

/** The controller: heats below 20 degrees until there are 22. Between them it stays as it is. */
export class Thermostat extends FunctionTerm<Reading, boolean, boolean> {
  override initialState() {
    return false
  }

  override f({ temperature }: Reading, ctx: Context<boolean, boolean>) {
    if (temperature < 20) ctx.state = true
    if (temperature > 22) ctx.state = false
    return ctx.state
  }
}

/** A line each quarter of an hour. */
class Log extends FunctionTerm<Reading, string> {
  override f({ minute, temperature }: Reading) {
    if (minute % 15 !== 0) return undefined
    return `${String(minute).padStart(3)} min ${temperature.toFixed(2).padStart(6)} °C`
  }
}

const heating = graph(import.meta.url, () => {
  const room = new Room()
  const loop = room.parallel(new Thermostat().pipe(room), new Log().pipe(print()))
  // the types see a room that waits for orders, not that the loop gives them
  return loop as unknown as Term<never, unknown>
})
export default heating

/** The same from a program. */
export function main(): Promise<Summary> {
  return run(heating()).done
}

// Prints:
//
//       0 min  16.00 °C
//      15 min  20.06 °C
//      30 min  21.21 °C
//      45 min  21.66 °C
//      60 min  20.02 °C
//      75 min  21.21 °C
//      90 min  21.66 °C
//     105 min  20.03 °C
//     120 min  21.21 °C
