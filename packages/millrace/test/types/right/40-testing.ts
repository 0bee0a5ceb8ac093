// A test: probes at both ends, a clock that is moved by hand, a check of the ledger.
import { run, type Summary } from 'millrace'
import { map, toArray } from 'millrace/terms'
import { checkLedger, SinkProbe, SourceProbe, settle, VirtualClock } from 'millrace/testing'
import { same } from '../same.ts'

const source = new SourceProbe<number>()
const sink = new SinkProbe<string>()
const clock = new VirtualClock()
const running = run(
  source.pipe(
    map((n) => n.toFixed(1)),
    sink,
  ),
  { clock },
)
clock.advance(1000)
await settle()
const summary = await running.done
same<typeof summary, Summary>()
checkLedger(summary)
const texts = await toArray(source.pipe(map(String)))
same<typeof texts, string[]>()
