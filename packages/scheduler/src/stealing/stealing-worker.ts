/**
 * `StealingWorker`: a worker with a private deque. It runs what it has, answers those who ask for half of it, and asks
 * others when it has nothing. The rules are in README.md.
 */

import { MillraceError, type StealingStats } from '@millrace/core'
import { carryValue, Histogram, Uncarriable } from '@millrace/core/engine'
import type { Transferred } from '../worker/packed.ts'
import { pack } from '../worker/packed.ts'
import type { RunTask, Snapshot, StatefulTask } from '../worker/protocol.ts'
import { OWN_WAY } from '../worker/refusal.ts'
import type { Loaded, RegionRunner } from '../worker/region-runner.ts'
import { canSplit, putBack, split } from '../worker/split-region.ts'
import { toWire } from '../worker/wire-error.ts'
import { Cells } from './cells.ts'
import type { Drop, Order, PeerPort, Report, Unit, Word } from './protocol.ts'
import type { WorkerMachine } from './worker-machine.ts'

/** A victim in the middle of a long step is not waited for any longer; another may have work. */
const ANSWER_MS = 10
/** Sleepers are looked for no more often: it may take a walk through a large region. */
const LOOK_MS = 0.5
/** Regions that a peer is remembered to know at most. */
const MAX_TOLD = 1024
/** Batches that are remembered to have been dropped, the latest ones: a part may still be on its way from a peer. */
const MAX_DROPPED = 1024

/** A unit, and when it came. */
interface Queued {
  readonly unit: Unit
  readonly since: number
}

/** The unit at hand. */
interface Running {
  readonly unit: Unit
  /** Set once there is one. */
  runner: RegionRunner | undefined
  /** Whether it must stay in one piece. */
  readonly isWhole: boolean
  forks: string[]
}

interface Peer {
  readonly port: PeerPort
  /** Regions that the peer has been told of. */
  readonly told: Set<string>
}

/** One worker of a team. */
export class StealingWorker {
  readonly #slot: number
  readonly #cells: Cells
  readonly #machine: WorkerMachine
  readonly #peers = new Map<number, Peer>()
  /** What was dealt or stolen and not begun, oldest first. */
  readonly #deque: Queued[] = []
  #running: Running | undefined
  readonly #dropped = new Set<number>()
  #isLooping = false
  /** Who has sent a `wake` that came before sleep. */
  #waker: number | undefined
  /** Set while an answer is waited for. */
  #asked: { readonly slot: number; readonly resolve: (got: boolean) => void } | undefined
  #parts = 0
  #lookedAt = 0
  #counts = { steals: 0, attempts: 0, stolen: 0, parks: 0 }
  readonly #queueLatency = new Histogram()
  readonly #runTime = new Histogram()

  constructor(slot: number, cells: Int32Array<SharedArrayBuffer>, machine: WorkerMachine) {
    this.#slot = slot
    this.#cells = new Cells(cells, slot)
    this.#machine = machine
    this.#cells.isAsleep = true // until somebody has something
  }

  /** The caller's thread says something. */
  onOrder(order: Order): void {
    switch (order.kind) {
      case 'unit':
        this.#queue([order.unit])
        this.#asked?.resolve(true)
        this.#wake()
        break
      case 'prepare':
        // what goes wrong will with the first unit, too
        void this.#machine.prepare(order).then(() => this.#report({ kind: 'prepared' }, []))
        break
      case 'peer':
        this.#peers.set(order.slot, { port: order.port, told: new Set() })
        order.port.on('message', (word: Word) => this.#onWord(order.slot, word))
        order.port.unref()
        break
      case 'gone':
        this.#peers.get(order.slot)?.port.close()
        this.#peers.delete(order.slot)
        if (this.#asked?.slot === order.slot) this.#asked.resolve(false)
        break
      case 'drop':
        this.#drop(order)
        break
      case 'ping':
        this.#report({ kind: 'pong' }, [])
    }
  }

  #report(report: Report, transfer: Transferred): void {
    this.#machine.report(report, transfer)
  }

  #queue(units: readonly Unit[]): void {
    const since = this.#machine.now()
    for (const unit of units) if (!this.#dropped.has(unit.id)) this.#deque.push({ unit, since })
  }

  #drop({ id, key, activation, timeoutMs }: Drop): void {
    this.#dropped.add(id)
    if (this.#dropped.size > MAX_DROPPED) this.#dropped.delete(this.#dropped.values().next().value as number)
    for (let at = this.#deque.length - 1; at >= 0; at--) {
      if (this.#deque[at]?.unit.id === id) this.#deque.splice(at, 1)
    }
    const running = this.#running?.unit.id === id ? this.#running.runner : undefined
    if (timeoutMs === undefined) {
      running?.dispose(dropped())
      this.#machine.regionOf(key)?.drop(activation, dropped())
      return
    }
    void this.#machine
      .letGo({ kind: 'letGo', key, activation, timeoutMs }, running)
      .then((reply) => this.#report({ kind: 'dropped', id, reply }, []))
  }

  #onWord(from: number, word: Word): void {
    switch (word.kind) {
      case 'please':
        this.#answer()
        break
      case 'work':
        this.#counts.steals++
        this.#counts.stolen += word.units.length
        this.#queue(word.units)
        if (this.#asked?.slot === from) this.#asked.resolve(true)
        else this.#wake()
        break
      case 'none':
        if (this.#asked?.slot === from) this.#asked.resolve(false)
        break
      case 'wake':
        if (this.#isLooping) this.#waker = from
        else void this.#loop(from)
    }
  }

  #wake(): void {
    if (!this.#isLooping) void this.#loop(undefined)
  }

  /** Works until there is nothing to do and nobody has anything. */
  async #loop(waker: number | undefined): Promise<void> {
    this.#isLooping = true
    this.#cells.isAsleep = false
    if (waker !== undefined && this.#deque.length === 0) await this.#ask(waker)
    for (;;) {
      const queued = this.#deque.shift()
      if (queued !== undefined) {
        this.#cells.isBusy = true
        await this.#execute(queued)
        this.#step()
        // messages are heard between two units, too
        await this.#machine.turn()
      } else {
        this.#cells.isBusy = false
        this.#answer() // who asked while there was work must not wait for ever
        if (await this.#search()) continue
        this.#cells.isAsleep = true
        if (await this.#search()) {
          this.#cells.isAsleep = false
          continue
        }
        const late = this.#waker
        this.#waker = undefined
        if (late !== undefined) {
          // whoever sends a wake has taken the announcement back
          this.#cells.isAsleep = false
          await this.#ask(late)
          continue
        }
        if (this.#deque.length > 0) continue
        this.#counts.parks++
        this.#isLooping = false
        return
      }
    }
  }

  /** Asks all busy peers, one after the other, from a random one on. Returns whether there is work now. */
  async #search(): Promise<boolean> {
    const slots = [...this.#peers.keys()]
    const start = Math.floor(this.#machine.random() * slots.length)
    for (let i = 0; i < slots.length && this.#deque.length === 0; i++) {
      const slot = slots[(start + i) % slots.length] as number
      if (this.#cells.isBusyAt(slot)) await this.#ask(slot)
    }
    return this.#deque.length > 0
  }

  async #ask(slot: number): Promise<boolean> {
    const peer = this.#peers.get(slot)
    if (peer === undefined) return false
    this.#counts.attempts++
    if (!this.#cells.ask(slot)) return false
    const answered = new Promise<boolean>((resolve) => {
      this.#asked = { slot, resolve }
    })
    peer.port.postMessage({ kind: 'please' })
    // in a long step it hears nothing; what it sends later is welcome then
    const cancel = this.#machine.after(ANSWER_MS, () => this.#asked?.resolve(false))
    const got = await answered
    cancel()
    this.#asked = undefined
    return got
  }

  async #execute({ unit, since }: Queued): Promise<void> {
    const { beacon, now, runTask } = this.#machine
    const begun = now()
    this.#queueLatency.add(begun - since)
    const { id, part, task } = unit
    const isWhole = task.kind === 'run' && (task.stateful !== undefined || task.isCareful)
    const running: Running = { unit, runner: undefined, isWhole, forks: [] }
    this.#running = running
    beacon.begin(id, part === '')
    const transfer: Transferred = []
    const watch = (runner: RegionRunner | undefined): void => {
      if (runner?.wasSplit === true) beacon.blur()
      if (running.runner !== undefined) running.runner.onStep = undefined
      running.runner = runner
      if (runner === undefined) return
      runner.onStep = () => this.#step()
      if (this.#dropped.has(id)) runner.dispose(dropped())
    }
    const reply = await runTask(task, transfer, watch, part)
    this.#running = undefined
    beacon.finish()
    this.#runTime.add(now() - begun)
    try {
      const { forks } = running
      this.#report({ kind: 'reply', id, part, forks, reply, metrics: this.#metrics() }, transfer)
    } catch (error) {
      this.#report({ kind: 'lost', id, error: toWire(error) }, [])
    }
  }

  #metrics(): StealingStats {
    const { counts: queueLatency } = this.#queueLatency
    const { counts: runTime } = this.#runTime
    return { ...this.#counts, queueLatency, runTime }
  }

  /** Between two steps: answers who asks, hears the caller, and wakes a sleeper if there is something for him. */
  #step(): void {
    if (this.#cells.isAsked) this.#answer()
    const now = this.#machine.now()
    if (now - this.#lookedAt < LOOK_MS) return
    this.#lookedAt = now
    this.#machine.hear()
    for (const [slot, { port }] of this.#peers) {
      if (this.#cells.isAsleepAt(slot) && this.#hasSurplus && this.#cells.claimSleeper(slot))
        port.postMessage({ kind: 'wake' })
    }
  }

  get #hasSurplus(): boolean {
    const { runner, isWhole = false } = this.#running ?? {}
    return this.#deque.length > 0 || (runner !== undefined && !isWhole && canSplit(runner))
  }

  /** Hands half of what there is to the worker that asks. */
  #answer(): void {
    const thief = this.#cells.takeRequest()
    const peer = thief === undefined ? undefined : this.#peers.get(thief)
    if (peer === undefined) return
    const units = this.#takeHalf(peer)
    const word: Word = units.length === 0 ? { kind: 'none' } : { kind: 'work', units }
    peer.port.postMessage(word)
  }

  #takeHalf(peer: Peer): Unit[] {
    const stealable = this.#deque.filter(({ unit: { task } }) => task.kind === 'run' && !task.isCareful)
    // the one at the head is as good as begun if nothing else is
    const spare = this.#running === undefined ? stealable.length - 1 : stealable.length
    const taken = stealable.slice(stealable.length - Math.ceil(spare / 2))
    const exported = taken.flatMap((queued): Unit[] => {
      const unit = this.#export(queued.unit, peer)
      if (unit === undefined) return []
      this.#deque.splice(this.#deque.indexOf(queued), 1)
      return [unit]
    })
    if (taken.length > 0) return exported
    const part = this.#cut()
    const unit = part === undefined ? undefined : this.#export(part, peer)
    return unit === undefined ? [] : [unit]
  }

  /** Cuts half of the batch at hand off. */
  #cut(): Unit | undefined {
    const running = this.#running
    const { runner, unit } = running ?? {}
    if (running === undefined || runner === undefined || unit?.task.kind !== 'run') return undefined
    if (running.isWhole || runner.isWhole || this.#dropped.has(unit.id)) return undefined
    const cut = split(runner)
    if (cut.length === 0) return undefined
    const loads = this.#pack(cut)
    if (loads === undefined) {
      // what goes on inside of a region need not be fit to be sent
      runner.isWhole = true
      putBack(runner, cut)
      return undefined
    }
    runner.wasSplit = true
    this.#machine.beacon.blur()
    const part = `${this.#slot}.${++this.#parts}`
    running.forks.push(part)
    const task: RunTask = {
      ...unit.task,
      region: undefined,
      loads,
    }
    return { id: unit.id, part, task }
  }

  /** The loads ready to be sent; `undefined` if one cannot be. */
  #pack(cut: readonly Loaded[]): RunTask['loads'] | undefined {
    try {
      return cut.map(({ items, times, enterAt }) => ({
        items: pack(items, 0, items.length, OWN_WAY),
        times: times === undefined ? undefined : Float64Array.from(times),
        enterAt,
      }))
    } catch (error) {
      if (error instanceof Uncarriable) return undefined
      throw error
    }
  }

  /**
   * Adds what the peer must know to run the unit: the region, and the state if there is one; `undefined` if that cannot be
   * sent.
   */
  #export(unit: Unit, { told }: Peer): Unit | undefined {
    const task = unit.task as RunTask
    const region = this.#machine.regionOf(task.key)
    const { stateful } = task
    const state = stateful?.restore === undefined ? region?.stateful : undefined
    const isHere = stateful !== undefined && state?.batches === stateful.batches
    let restore: Snapshot | undefined
    try {
      if (isHere) restore = { batches: stateful.batches, states: carryValue(state?.states, OWN_WAY) }
    } catch (error) {
      if (error instanceof Uncarriable) return undefined
      throw error
    }
    const sent: RunTask = { ...task, region: told.has(task.key) ? task.region : (region?.ref ?? task.region) }
    if (told.size >= MAX_TOLD) told.clear()
    told.add(task.key)
    if (restore === undefined || region === undefined) return { ...unit, task: sent }
    region.stateful = undefined
    return { ...unit, task: { ...sent, stateful: { ...(stateful as StatefulTask), restore } } }
  }
}

function dropped(): MillraceError {
  return new MillraceError('RUN_CLOSED', 'Nobody waits for this batch any more.')
}
