// Kills its process at a step of a commit: loaded before the command by `--import`, it looks at what is written to the
// server. `BENCH_DIE_AT=commit:after:2` kills once the second commit is written, before its answer is read;
// `commit:before:2` in its place. Nothing in the product knows of it.

import { Socket } from 'node:net'
import { type Step, stepOf } from './steps.ts'

const [step, when, nth] = (process.env['BENCH_DIE_AT'] ?? '').split(':')
let left = Number(nth)

if (step !== undefined && when !== undefined) watch(step as Step, when === 'before')

function watch(dieAt: Step, before: boolean): void {
  const write = Socket.prototype.write
  Socket.prototype.write = function (this: Socket, ...args: Parameters<typeof write>): boolean {
    const [data] = args
    const frames =
      data instanceof Uint8Array ? Buffer.from(data.buffer, data.byteOffset, data.length) : undefined
    // what follows on the same write is not sent: its step would come later
    for (const { at, end, step: found } of frames === undefined ? [] : stepsIn(frames)) {
      if (found !== dieAt || --left > 0) continue
      write.call(this, (frames as Buffer).subarray(0, before ? at : end))
      process.kill(process.pid, 'SIGKILL')
    }
    return write.apply(this, args)
  } as typeof write
}

/** The published messages in a write, each whole in it as the client writes them. */
function* stepsIn(frames: Buffer): Generator<{ at: number; end: number; step: Step | undefined }> {
  for (let at = 0; at < frames.length; ) {
    const endOfLine = frames.indexOf('\r\n', at)
    if (endOfLine === -1) return
    const words = frames.toString('latin1', at, endOfLine).split(' ')
    let end = endOfLine + 2
    if (words[0] === 'PUB' || words[0] === 'HPUB') {
      const bodyBytes = Number(words.at(-1))
      const headBytes = words[0] === 'HPUB' ? Number(words.at(-2)) : 0
      const body = frames.toString('latin1', end + headBytes, end + Math.min(bodyBytes, headBytes + 400))
      end += bodyBytes + 2
      yield { at, end, step: stepOf(words[1] as string, body) }
    }
    at = end
  }
}
