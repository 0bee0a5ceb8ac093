/**
 * `PartRunner`: hosts one part of a run in a worker: an engine over some of the run's stages. Made by the worker's
 * entry; driven by what the caller's thread and other parts send. It never decides that the run has stalled.
 */

import { type MessagePort, parentPort } from 'node:worker_threads'
import { type DeadLetter, MillraceError, UncaughtError } from '@millrace/core'
import { type AnyLeaf, Engine, type Node, onRefusal, refusalOf, systemClock } from '@millrace/core/engine'
import { ownBeacon } from '../worker/beacon.ts'
import { CallWatch } from '../worker/call-watch.ts'
import { toWireLetter } from '../worker/letters.ts'
import { buildGraphOf } from '../worker/load-graph.ts'
import type { GraphRef } from '../worker/protocol.ts'
import { fromReason, toFailure } from './failure.ts'
import { InboundEdge } from './inbound-edge.ts'
import { OutboundEdge, type Post } from './outbound-edge.ts'
import { makePartGraph } from './part-graph.ts'
import { PartPlacement } from './part-placement.ts'
import { printedBytes } from './printed.ts'
import {
  CALLER,
  type Command,
  type EdgeMessage,
  LETTER_WINDOW,
  type PartNode,
  type PartPlan,
  type Reply,
  type Report,
} from './protocol.ts'
import { Reporter } from './reporter.ts'
import { Saver } from './saver.ts'

const NOTHING: Report = {
  isQuiet: true,
  isExiting: false,
  isIdle: false,
  isBehind: false,
  commands: 0,
  stages: [],
  edges: [],
  links: [],
  heapBytes: 0,
}

/** Hosts a part, from its first order to the closing of its port. */
export class PartRunner {
  /** To the caller's thread. */
  readonly #port: MessagePort
  readonly #ports = new Map<number, MessagePort>()
  readonly #graphs = new Map<string, readonly Node[]>()
  /** The modules that the graphs are from. */
  readonly #urls = new Set<string>()
  readonly #deafen: () => void
  #engine: Engine | undefined
  #placement: PartPlacement | undefined
  #reporter: Reporter | undefined
  /** What came for edges that are not there yet. */
  readonly #early: EdgeMessage[] = []
  /** Stages whose turn to be entered has come, and those who wait for theirs. */
  readonly #turns = new Set<number>()
  readonly #waiters = new Map<number, () => void>()
  #start: () => void = () => {}
  #commands = 0
  /** Dead letters sent, and not yet heard; and who waits for that. */
  #letters = 0
  readonly #held: (() => void)[] = []
  /** Nodes that are being entered. */
  #entering = 0
  /** The ports do not hold the thread's event loop: it runs dry if nothing else does. */
  #isUnheld = false
  /** Its stages have ended. */
  #hasEnded = false
  #stray: UncaughtError | undefined

  constructor(port: MessagePort) {
    this.#port = port
    this.#ports.set(CALLER, port)
    port.on('message', (message: Command | EdgeMessage) => this.#receive(message))
    // a module may come to start a run long after it was loaded
    this.#deafen = onRefusal((url, error) => {
      if (this.#urls.has(url)) this.#engine?.fail(error)
    })
    // the caller's thread has closed its end: the run is over
    port.on('close', () => this.#close())
    process.on('beforeExit', this.#onDry)
    process.on('uncaughtException', this.#onStray)
  }

  #close(): void {
    this.#deafen()
    this.#hold()
    process.off('beforeExit', this.#onDry)
    process.off('uncaughtException', this.#onStray)
    this.#reporter?.stop()
    for (const port of this.#ports.values()) port.close()
    // whatever a failed run has left here must not hold on to anything
    this.#engine?.fail(new MillraceError('RUN_CLOSED', 'The run that this part belongs to is over.'))
  }

  /** Finds out whether anything on this thread can still bring what is waited for. */
  #watchIdle(): void {
    if (this.#isUnheld) return
    this.#isUnheld = true
    for (const port of [parentPort, ...this.#ports.values()]) port?.unref()
  }

  #hold(): void {
    if (!this.#isUnheld) return
    this.#isUnheld = false
    for (const port of [parentPort, ...this.#ports.values()]) port?.ref()
  }

  /** Nothing holds the event loop: only what comes from outside can go on with anything. */
  readonly #onDry = (): void => {
    if (!this.#isUnheld) return
    this.#hold()
    this.#reporter?.onIdle()
  }

  /** Nobody has caught an error. While a call is under way, or a module loads, it ends the thread, as the call's own. */
  readonly #onStray = (error: unknown, origin: string): void => {
    const engine = this.#engine
    const isInCall = this.#entering > 0 || this.#placement?.stages.some(({ isWaiting }) => isWaiting) === true
    if (this.#hasEnded) this.#stray ??= new UncaughtError(error, origin)
    else if (engine !== undefined && !isInCall) engine.fail(new UncaughtError(error, origin))
    else {
      process.off('uncaughtException', this.#onStray)
      setImmediate(() => {
        throw error
      })
    }
  }

  #reply(reply: Reply): void {
    this.#port.postMessage(reply)
  }

  #receive(message: Command | EdgeMessage): void {
    this.#hold()
    try {
      if ('edge' in message && message.kind !== 'grow' && message.kind !== 'dry') this.#onEdge(message)
      else this.#onCommand(message as Command)
    } catch (error) {
      this.#fail(error)
    }
    this.#reporter?.onActivity()
    this.#engine?.look()
  }

  #fail(error: unknown): void {
    if (this.#engine === undefined) this.#reply({ kind: 'failed', failure: toFailure(error) })
    else this.#engine.fail(error)
  }

  #onEdge(message: EdgeMessage): void {
    if (this.#placement === undefined) {
      this.#early.push(message)
      return
    }
    const edge = this.#placement.edges.get(message.edge)?.edge
    if (edge instanceof InboundEdge) edge.receive(message as Extract<EdgeMessage, { kind: 'items' | 'end' }>)
    else if (edge instanceof OutboundEdge) {
      if (message.kind === 'ack') edge.onAck(message.consumed)
      else if (message.kind === 'close') edge.onClose(message.consumed, message.held)
      else if (message.kind === 'resume') edge.onResume(message)
    }
  }

  #onCommand(command: Command): void {
    this.#commands++
    switch (command.kind) {
      case 'load':
        void this.#load(command.graphs)
        break
      case 'wire':
        this.#wire(command)
        break
      case 'rewire':
        this.#ports.get(command.host)?.close()
        this.#listen(command.host, command.port)
        this.#placement?.reconnect(command.host)
        break
      case 'stored':
        this.#placement?.cover(command.edges)
        break
      case 'enter':
        this.#entering++
        this.#turns.add(command.stage)
        this.#waiters.get(command.stage)?.()
        break
      case 'start':
        this.#start()
        break
      case 'stop':
        this.#engine?.stop()
        break
      case 'pause':
        this.#engine?.pause()
        break
      case 'resume':
        this.#engine?.resume()
        break
      case 'cancel':
        this.#reply({ kind: 'ending' })
        // without an engine, which could not be made, there is nothing to wait for
        if (this.#engine === undefined) this.#replyEnded(NOTHING)
        else this.#engine.fail(fromReason(command.error))
        break
      case 'grow':
        this.#placement?.edges.get(command.edge)?.edge.grow()
        break
      case 'heard':
        this.#letters -= command.letters
        if (this.#letters < LETTER_WINDOW) for (const resolve of this.#held.splice(0)) resolve()
        break
      case 'dry':
        this.#placement?.edges.get(command.edge)?.edge.end()
        break
    }
  }

  #onDeadLetter(letter: DeadLetter, isFatal: boolean): void | Promise<void> {
    this.#reply({ kind: 'letter', letter: toWireLetter(letter, isFatal) })
    if (++this.#letters < LETTER_WINDOW) return
    return new Promise((resolve) => {
      this.#held.push(resolve)
    })
  }

  async #load(refs: readonly GraphRef[]): Promise<void> {
    try {
      for (const ref of refs) {
        if (this.#graphs.has(ref.key)) continue
        const graph = await buildGraphOf(ref)
        if (graph.kind === 'mismatch') {
          this.#reply({ kind: 'mismatch', key: ref.key, lines: graph.lines })
          return
        }
        this.#graphs.set(ref.key, graph.nodes)
        this.#urls.add(ref.url)
      }
      this.#reply({ kind: 'loaded' })
    } catch (error) {
      this.#fail(error)
    }
  }

  #wire({ plan, peers }: Extract<Command, { kind: 'wire' }>): void {
    const leafOf = ({ graph, at }: PartNode): AnyLeaf => {
      const nodes = this.#graphs.get(graph) as readonly Node[]
      return (nodes[at] as Node).leaf
    }
    const saver = new Saver((reply) => this.#reply(reply), plan.saves)
    const watch = watchFor(plan)
    const onLive = (id: string): void => saver.refuse(`"${id}" is a source that may not give the same again`)
    const graph = makePartGraph(plan, leafOf, onLive, watch)
    for (const { host, port } of peers) this.#listen(host, port)
    const placement = new PartPlacement(plan, graph, saver, watch, {
      post: (host) => this.#postTo(host),
      turn: (stage) => this.#turn(stage),
      entered: (stage) => {
        this.#entering--
        this.#reply({ kind: 'entered', stage })
      },
      onQuiet: (isExiting) => this.#reporter?.onQuiet(isExiting),
      closing: (at) => this.#reply({ kind: 'closing', at }),
    })
    const engine = new Engine(graph.plan, {
      clock: systemClock,
      edges: {},
      batchItems: plan.batchItems,
      growthLimitItems: Number.POSITIVE_INFINITY,
      outputs: [],
      pick: undefined,
      placement,
      onGrown: () => {},
      stopsOnFailure: plan.stopsOnFailure,
      cleanupTimeoutMs: plan.cleanupTimeoutMs,
      onDeadLetter: (letter, isFatal) => this.#onDeadLetter(letter, isFatal),
      onStopFor: (error) => this.#reply({ kind: 'stopFor', failure: toFailure(error) }),
    })
    this.#placement = placement
    this.#engine = engine
    if (plan.resumes) placement.goOnFromSaved()
    void this.#run(engine, placement)
    for (const url of this.#urls) {
      const refusal = refusalOf(url)
      if (refusal !== undefined) engine.fail(refusal)
    }
    for (const message of this.#early.splice(0)) this.#onEdge(message)
  }

  async #run(engine: Engine, placement: PartPlacement): Promise<void> {
    const runner = this
    const reporter = new Reporter(placement, {
      get commands() {
        return runner.#commands
      },
      get isEntering() {
        return runner.#entering > 0
      },
      look: () => engine.look(),
      watchIdle: () => this.#watchIdle(),
      send: (report) => this.#reply({ kind: 'report', report }),
    })
    this.#reporter = reporter
    engine.signal.addEventListener('abort', () => {
      this.#reply({ kind: 'failed', failure: toFailure(engine.signal.reason) })
    })
    const started = new Promise<void>((resolve) => {
      this.#start = resolve
    })
    // a failure was told when it happened; here only the end counts
    await engine.run(() => started).catch(() => undefined)
    this.#hasEnded = true
    // what its functions have left behind comes up only now
    await new Promise((resolve) => setImmediate(resolve))
    if (this.#stray !== undefined) this.#reply({ kind: 'failed', failure: toFailure(this.#stray) })
    this.#replyEnded(reporter.end())
  }

  /** The thread may host another run's part before the port closes: what goes wrong from here on is none of this one's. */
  #replyEnded(report: Report): void {
    process.off('uncaughtException', this.#onStray)
    this.#reply({ kind: 'ended', report, printedBytes: printedBytes() })
  }

  /** Hears another part. What the part before it on that port had sent and was not received yet is gone. */
  #listen(host: number, port: MessagePort): void {
    this.#ports.set(host, port)
    port.on('message', (message: EdgeMessage) => this.#receive(message))
  }

  #postTo(host: number): Post {
    return (message) => {
      // a part that is being begun anew has no port yet, and will be told all of it then
      this.#ports.get(host)?.postMessage(message)
      // what was sent outside of a step, by a coroutine or at the end of a turn, has to be reported, too
      this.#engine?.look()
    }
  }

  #turn(stage: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#turns.has(stage)) resolve()
      else this.#waiters.set(stage, resolve)
    })
  }
}

/** Notes the calls of the part's functions: those with a time limit, or all once a worker was lost. */
function watchFor({ stages, isCareful, poison }: PartPlan): CallWatch | undefined {
  ownBeacon().finish() // whatever a part before it has left there
  const nodes = stages.flatMap((stage) => stage.nodes)
  const limitsMs: (number | undefined)[] = []
  for (const { index, policy } of nodes) limitsMs[index] = policy?.timeoutMs
  if (!isCareful && nodes.every(({ policy }) => policy?.timeoutMs === undefined)) return undefined
  const watch = new CallWatch({ isCareful, limitsMs }, limitsMs.length)
  watch.begin(poison)
  return watch
}
