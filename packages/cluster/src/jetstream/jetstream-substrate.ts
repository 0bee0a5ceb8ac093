/**
 * `JetStreamSubstrate`: the port on NATS JetStream, used as a log: limits streams, compare-and-set by the last sequence of a
 * subject, ordered consumers without acknowledgements. Nothing relies on work queues, leases or windows of message ids.
 */

import { MillraceError, messageOf } from '@millrace/core'
import { systemClock } from '@millrace/core/engine'
import {
  type ConsumeOptions,
  type ConsumerMessages,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
  type OrderedConsumerOptions,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream'
import { type KV, Kvm } from '@nats-io/kv'
import { errors, type NatsConnection } from '@nats-io/transport-node'
import { BrokenLogError, FencedError, OtherRunError } from '../errors.ts'
import type { Commit, EdgeMessage, Report } from '../port/records.ts'
import type { Command, Member, Received, Substrate, Tail } from '../port/substrate.ts'
import { patiently } from '../protocol/persist.ts'
import { connectTo, type ServerOptions } from './connect.ts'
import { meaningOf, withMeaning } from './errors.ts'
import { followStream } from './follow-stream.ts'
import { COMMAND, HINTS, MEMBER, namesOf, REPORT, type RunNames } from './names.ts'
import { putCommand } from './put-command.ts'
import { fromMessage, fromRecord, toMessage, toRecord } from './wire.ts'

/** Milliseconds until a call counts as without an answer. */
const TIMEOUT_MS = 5000
/** Commits of a task that are kept: the newest counts, the others are for those who look into a run. */
const KEPT_COMMITS = 16
/** Calls under way at a time where there are many. */
const AT_ONCE = 16
/** Read ahead of a reader, in bytes. */
const AHEAD_BYTES = 4 * 1024 * 1024
/**
 * How soon a consumer that is gone shows: after two heartbeats. By the client's default that takes half a minute, in which
 * a host would hear nothing.
 */
const HEARTBEATS = { expires: 10_000, idle_heartbeat: 1000 } as const
/** Nothing lies below the first message; the server takes a purge up to it for one of the whole subject. */
const FIRST = 1

/** What a run is, for hosts to agree on. */
export interface RunOutline {
  /** Lines that must be equal on every host. */
  readonly lines: readonly string[]
  readonly edges: readonly string[]
}

/** The port on JetStream. */
export class JetStreamSubstrate implements Substrate {
  readonly #names: RunNames
  readonly #connection: NatsConnection
  readonly #js: JetStreamClient
  readonly #jsm: JetStreamManager
  readonly #kv: KV
  readonly #members = new Map<string, Member>()
  readonly #reports = new Map<string, Report>()
  #hearsReports = false
  #command: Command = 'run'
  readonly #isOver = new AbortController()
  readonly #consuming = new Set<ConsumerMessages>()
  /** Why nothing more will be heard of the run, if that is so; the next look at its members says it. */
  #lost: Error | undefined

  private constructor(names: RunNames, connection: NatsConnection, jsm: JetStreamManager, kv: KV) {
    this.#names = names
    this.#connection = connection
    this.#js = jetstream(connection, { timeout: TIMEOUT_MS })
    this.#jsm = jsm
    this.#kv = kv
    this.#followConnection().catch((error: unknown) => this.#isLost(meaningOf(error, 'connection', '')))
    void connection.closed().then((cause) => {
      this.#isLost(meaningOf(new errors.ClosedConnectionError(), messageOf(cause ?? 'for good'), ''))
    })
  }

  /**
   * Takes part in run `run`; makes its streams if this is the first host.
   *
   * @throws {OtherRunError} if the run has another outline.
   */
  static async open(
    run: string,
    outline: RunOutline,
    server: ServerOptions,
    signal?: AbortSignal,
  ): Promise<JetStreamSubstrate> {
    const connection = await connectTo(server, signal)
    // each step may be done twice, and a server may be restarted between any two of them
    const step = <Result>(what: string, call: () => Promise<Result>): Promise<Result> =>
      patiently(systemClock, () => withMeaning(what, run, call), signal)
    try {
      const names = namesOf(run)
      const timeout = TIMEOUT_MS
      const jsm = await jetstreamManager(connection, { timeout, checkAPI: false })
      const kvm = new Kvm(connection)
      const kv = await step('bucket', () => kvm.create(names.bucket, { history: 1, timeout }))
      const substrate = new JetStreamSubstrate(names, connection, jsm, kv)
      await step('outline', () => substrate.#agree(run, outline.lines))
      await step('streams', () => substrate.#makeStreams(outline.edges))
      await step('members', () => substrate.#follow())
      return substrate
    } catch (error) {
      await connection.close()
      throw error
    }
  }

  async #agree(run: string, lines: readonly string[]): Promise<void> {
    const here = JSON.stringify(lines)
    try {
      await this.#kv.create('outline', here)
    } catch (error) {
      if (!(meaningOf(error, 'outline', run) instanceof FencedError)) throw error
      // it is there already
    }
    const there = (await this.#kv.get('outline'))?.string()
    if (there === here) return
    if (there === undefined) throw new BrokenLogError('its outline is gone')
    const theirs = JSON.parse(there) as string[]
    const at = lines.findIndex((line, i) => line !== theirs[i])
    throw new OtherRunError(
      run,
      theirs[Math.max(at, 0)] ?? 'nothing more',
      lines[Math.max(at, 0)] ?? 'nothing more',
    )
  }

  async #makeStreams(edges: readonly string[]): Promise<void> {
    const names = this.#names
    const log = { retention: RetentionPolicy.Limits, storage: StorageType.File, num_replicas: 1 }
    const add = async (name: string, subject: string, more: object = {}): Promise<unknown> =>
      this.#jsm.streams.add({ name, subjects: [subject], ...log, ...more })
    await add(names.commits, names.commitOf('*'), { max_msgs_per_subject: KEPT_COMMITS })
    await add(names.states, names.stateOf('*'))
    await inTurns(edges, (edge) => add(names.edge(edge), names.edgeSubject(edge)))
  }

  /** Follows who is there and what is to be done. */
  async #follow(): Promise<void> {
    this.#command = ((await this.#kv.get(COMMAND))?.string() as Command | undefined) ?? 'run'
    await this.#keysOf(HINTS, (key, data) => {
      if (key === COMMAND) this.#command = Buffer.from(data ?? 'run').toString() as Command
      else if (key.startsWith(MEMBER)) keep<Member>(this.#members, key, data)
    })
  }

  /** Follows the keys that begin with `prefix`. A value that is gone is `undefined`. */
  #keysOf(prefix: string, onKey: (key: string, data: Uint8Array | undefined) => void): Promise<void> {
    const { bucket } = this.#names
    const all = `$KV.${bucket}.`
    return this.#tailOf(
      `KV_${bucket}`,
      `${all}${prefix}>`,
      this.#isOver.signal,
      ({ subject, data, headers }) => {
        onKey(subject.slice(all.length), headers?.has('KV-Operation') === true ? undefined : data)
      },
    )
  }

  /**
   * What the server has sent on a connection that was lost it does not send again, and the client does not miss it: streams
   * are read again on the next one, behind what has come.
   */
  async #followConnection(): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (type === 'reconnect') for (const messages of this.#consuming) messages.stop()
    }
  }

  /** Messages of a stream, until the connection is lost or they are stopped. */
  async #consume(
    stream: string,
    from: Partial<OrderedConsumerOptions>,
    ahead: ConsumeOptions = {},
  ): Promise<ConsumerMessages> {
    const consumer = await this.#js.consumers.get(stream, from)
    const messages = await consumer.consume({ ...HEARTBEATS, ...ahead })
    this.#consuming.add(messages)
    void messages.closed().then(() => this.#consuming.delete(messages))
    return messages
  }

  /** Resolves once it follows a stream; what ends that for good is kept for the next look at the members. */
  #tailOf(
    stream: string,
    subject: string,
    signal: AbortSignal,
    onMessage: (message: JsMsg) => void,
  ): Promise<void> {
    return withMeaning(stream, '', async () => {
      const newest = { deliver_policy: DeliverPolicy.LastPerSubject, filter_subjects: subject }
      const consume = () => this.#consume(stream, newest)
      const { following } = await followStream({ stream, consume, signal }, onMessage)
      following.catch((error: unknown) => {
        this.#isLost(error instanceof MillraceError ? error : meaningOf(error, stream, ''))
      })
    })
  }

  #isLost(error: Error): void {
    if (!this.#isOver.signal.aborted) this.#lost ??= error
  }

  async tail(task: string): Promise<Tail | undefined> {
    const query = { last_by_subj: this.#names.commitOf(task) }
    const found = await withMeaning('tail', task, () =>
      this.#jsm.streams.getMessage(this.#names.commits, query),
    )
    return found === null ? undefined : { sequence: found.seq, commit: fromRecord<Commit>(found.data, task) }
  }

  async append(commit: Commit, expected: number): Promise<number> {
    const { task } = commit
    const subject = this.#names.commitOf(task)
    const options = { expect: { lastSubjectSequence: expected }, timeout: TIMEOUT_MS }
    const ack = await withMeaning('append', task, () => this.#js.publish(subject, toRecord(commit), options))
    return ack.seq
  }

  async watch(onTail: (tail: Tail) => void): Promise<() => void> {
    const stop = new AbortController()
    const signal = AbortSignal.any([stop.signal, this.#isOver.signal])
    const { commits, commitOf } = this.#names
    await this.#tailOf(commits, commitOf('*'), signal, ({ seq, data, subject }) => {
      onTail({ sequence: seq, commit: fromRecord<Commit>(data, subject) })
    })
    return () => stop.abort()
  }

  saveState(task: string, pieces: readonly Uint8Array[]): Promise<readonly number[]> {
    const subject = this.#names.stateOf(task)
    return withMeaning('saveState', task, () =>
      inTurns(pieces, async (piece) => (await this.#js.publish(subject, piece, { timeout: TIMEOUT_MS })).seq),
    )
  }

  loadState(task: string, sequences: readonly number[]): Promise<readonly Uint8Array[]> {
    return withMeaning('loadState', task, () =>
      inTurns(sequences, async (seq) => {
        const found = await this.#jsm.streams.getMessage(this.#names.states, { seq })
        if (found === null) throw new BrokenLogError(`piece ${seq} of the state of ${task} is gone`)
        return found.data
      }),
    )
  }

  async dropState(task: string, below: number): Promise<void> {
    if (below <= FIRST) return
    const options = { filter: this.#names.stateOf(task), seq: below }
    await withMeaning('dropState', task, () => this.#jsm.streams.purge(this.#names.states, options))
  }

  async send(edge: string, message: EdgeMessage): Promise<void> {
    const subject = this.#names.edgeSubject(edge)
    await withMeaning('send', edge, () =>
      this.#js.publish(subject, toMessage(message), { timeout: TIMEOUT_MS }),
    )
  }

  async *read(edge: string, from: number, signal: AbortSignal): AsyncGenerator<Received, void, undefined> {
    const start = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: from }
    const messages = await withMeaning('read', edge, () =>
      this.#consume(this.#names.edge(edge), start, { max_bytes: AHEAD_BYTES }),
    )
    const stop = (): void => messages.stop()
    signal.addEventListener('abort', stop)
    try {
      if (signal.aborted) return
      for await (const { seq, data } of messages) {
        if (signal.aborted) return
        yield { sequence: seq, message: fromMessage(data, `message ${seq} of edge ${edge}`) }
      }
    } finally {
      signal.removeEventListener('abort', stop)
      messages.stop()
    }
  }

  async purge(edge: string, below: number): Promise<void> {
    if (below <= FIRST) return
    const options = below === Number.MAX_SAFE_INTEGER ? undefined : { seq: below }
    await withMeaning('purge', edge, () => this.#jsm.streams.purge(this.#names.edge(edge), options))
  }

  async beat(member: Member): Promise<void> {
    await withMeaning('beat', member.name, () => this.#kv.put(MEMBER + member.name, toRecord(member)))
  }

  async leave(name: string): Promise<void> {
    await withMeaning('leave', name, () => this.#kv.delete(MEMBER + name))
    await withMeaning('leave', name, () => this.#kv.delete(REPORT + name))
  }

  async report(report: Report): Promise<void> {
    const { member } = report
    await withMeaning('report', member, () => this.#kv.put(REPORT + member, toRecord(report)))
  }

  /** Follows the reports from the first call on: they are many, and most hosts do not want to know. */
  async reports(): Promise<readonly Report[]> {
    if (!this.#hearsReports) {
      this.#hearsReports = true
      this.#keysOf(REPORT, (key, data) => keep<Report>(this.#reports, key, data)).catch(() => {
        this.#hearsReports = false
      })
    }
    return [...this.#reports.values()]
  }

  async members(): Promise<readonly Member[]> {
    if (this.#lost !== undefined) throw this.#lost
    return [...this.#members.values()]
  }

  command(command: Command): Promise<Command> {
    return withMeaning('command', '', () => putCommand(this.#kv, command))
  }

  async commanded(): Promise<Command> {
    return this.#command
  }

  close(): Promise<void> {
    this.#isOver.abort()
    return this.#connection.close()
  }
}

/** Puts the newest record of a key into a map. */
function keep<Value extends Member | Report>(
  map: Map<string, Value>,
  key: string,
  data: Uint8Array | undefined,
): void {
  if (data === undefined) map.delete(key)
  else map.set(key, fromRecord<Value>(data, key))
}

/** Does `work` for each, some at a time. Resolves to the results in order. */
async function inTurns<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  for (let at = 0; at < items.length; at += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))))
  }
  return results
}
