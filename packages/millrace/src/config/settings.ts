/**
 * Every setting of a run, with what it may be: a new option of a run, a new strategy, is added here.
 *
 * Read by all of `config/`, and by `cli.ts` for its flags. Loads nothing.
 */

import type { EdgeOptions, FailurePolicy, RunOptions } from '@millrace/core'
import type { Profile, SchedulerOptions, Strategy } from '@millrace/scheduler'
import type { CheckpointConfig } from '../checkpoint/checkpoint-config.ts'
import { circuitSchema, isCircuit, isRetry, retrySchema } from './policy-values.ts'
import { type Entries, isRecord, type JsonSchema, type Section, type Value } from './setting.ts'

/** What can be said of single terms from outside. */
export interface TermOptions extends EdgeOptions, FailurePolicy<never, unknown> {
  /** Keeps the term on the caller's thread under every scheduler. Default: as the graph says. */
  readonly local?: boolean
}

/** The options of a run that are plain values: what a config file may hold. */
export interface RunConfig
  extends Pick<
    RunOptions,
    | 'edges'
    | 'batchItems'
    | 'growthLimitItems'
    | 'starvationMs'
    | 'cleanupTimeoutMs'
    | 'onError'
    | 'strict'
    | 'failureRate'
  > {
  readonly checkpoint?: CheckpointConfig
  readonly scheduler?: SchedulerOptions
  /** By name of the term or by glob; where several match, the later one wins, setting by setting. */
  readonly terms?: Readonly<Record<string, TermOptions>>
}

/** The strategies there are, in the order in which messages and help name them. */
export const strategies = [
  'inline',
  'dedicated',
  'pool',
  'work-stealing',
  'hybrid',
] as const satisfies readonly Strategy[]

/** What `millrace run` takes as a strategy: over many hosts as well, which is no matter of a scheduler. */
export const commandStrategies = [...strategies, 'distributed'] as const

/** The profiles there are. */
export const profiles = ['cpu', 'io', 'mixed', 'memory'] as const satisfies readonly Profile[]

const COUNT = { type: 'integer', minimum: 1 }
const MS = { type: 'number', exclusiveMinimum: 0 }
const TRUTH = { type: 'boolean' }

const whole = value('a whole number, at least 1', isCount, COUNT)
const wholeOrZero = value('a whole number, at least 0', (seen) => seen === 0 || isCount(seen), {
  ...COUNT,
  minimum: 0,
})
const ms = value('a number of milliseconds above 0', (seen) => typeof seen === 'number' && seen > 0, MS)
const truth = value('true or false', (seen) => typeof seen === 'boolean', TRUTH)
// JSON has no Infinity
const bound = value(
  'a whole number, at least 1, or Infinity',
  (seen) => seen === Infinity || isCount(seen),
  COUNT,
)
const bounds = {
  capacityItems: bound,
  capacityBytes: bound,
  overflow: oneOf(['block', 'dropOldest', 'dropNewest', 'latest', 'fail']),
}

const share = value('a number from 0 to 1', (seen) => typeof seen === 'number' && seen >= 0 && seen <= 1, {
  type: 'number',
  minimum: 0,
  maximum: 1,
})
const policy = {
  retry: value(
    'a whole number of attempts, at least 0, or { attempts, delayMs, factor, maxDelayMs, jitter }',
    isRetry,
    retrySchema,
  ),
  timeoutMs: ms,
  onError: oneOf(['fail', 'skip', 'fallback']),
  fallback: value('any value', () => true, {}),
  circuit: value('{ failures, windowMs, probeAfterMs }', isCircuit, circuitSchema),
}

const checkpoint = {
  dir: value('the path of a folder', (seen) => typeof seen === 'string' && seen !== '', {
    type: 'string',
    minLength: 1,
  }),
  everyMs: ms,
  everyItems: whole,
  timeoutMs: ms,
}

const scheduler = {
  strategy: oneOf(commandStrategies),
  profile: oneOf(profiles),
  workers: whole,
  budget: value(
    '"machine", "process" or a whole number of threads, at least 1',
    (seen) => seen === 'machine' || seen === 'process' || isCount(seen),
    { anyOf: [{ enum: ['machine', 'process'] }, COUNT] },
  ),
  minWorkers: wholeOrZero,
  adaptive: truth,
  batchMs: ms,
  isolation: oneOf(['thread', 'process']),
  idleTimeoutMs: whole,
  heapLimitMb: whole,
  stateful: oneOf(['auto', 'workers', 'caller']),
  fallback: oneOf(['refuse', 'inline', 'share']),
}

const texts = value(
  'a list of texts',
  (seen) => Array.isArray(seen) && seen.every((one) => typeof one === 'string' && one !== ''),
)
const someTexts = value(
  'a list of texts with at least one',
  (seen) => Array.isArray(seen) && seen.length > 0 && texts.accepts(seen),
)
const path = value('the path of a file', (seen) => typeof seen === 'string' && seen !== '')

/** What code says of a run over hosts; the command has flags for it. */
const hosts = {
  hosts: wholeOrZero,
  servers: someTexts,
  run: value('a name', (seen) => typeof seen === 'string' && seen !== ''),
  labels: texts,
  commitMs: ms,
  giveUpMs: ms,
  creds: path,
  nkey: path,
  tlsCa: path,
  tlsCert: path,
  tlsKey: path,
}

/** Names of what goes with strategy `distributed` alone, and with all others. */
export const hostSettingNames = Object.keys(hosts)
export const schedulerSettingNames = Object.keys(scheduler).filter((name) => name !== 'strategy')

/** What a config file, the environment and the flags may set. */
export const runSettings: Section = section(
  {
    edges: section(bounds),
    batchItems: whole,
    growthLimitItems: whole,
    starvationMs: ms,
    cleanupTimeoutMs: ms,
    onError: oneOf(['abort', 'stop']),
    strict: truth,
    failureRate: section({ warnShare: share, actShare: share }),
    checkpoint: section(checkpoint),
    scheduler: section(scheduler),
    terms: entries(section({ ...bounds, ...policy, local: truth })),
  },
  'a record of options',
)

/** What code has to give itself, since no file can hold it. */
export const liveSettings = {
  signal: value('an AbortSignal', (seen) => isObjectWith(seen, 'addEventListener', 'removeEventListener')),
  clock: value('a clock with now(), monotonic() and after()', (seen) =>
    isObjectWith(seen, 'now', 'monotonic', 'after'),
  ),
  statsEveryMs: ms,
  onSpan: value('a function', (seen) => typeof seen === 'function'),
  metrics: value('true, or { host, port, token, onListening }', (seen) => seen === true || isRecord(seen)),
  pick: value('a function', (seen) => typeof seen === 'function'),
  replay: value('items by the ids of terms', isRecord),
  overwrite: truth,
  taps: value('a list of { term, port, onItem }', (seen) => Array.isArray(seen) && seen.every(isTap)),
  ui: value('true, false or { port, host, readOnly, hold, onReady }', isUi),
}

/** What `run` takes from code. */
export const optionSettings: Section = section(
  {
    ...runSettings.parts,
    ...liveSettings,
    scheduler: section({ ...scheduler, ...hosts }),
    checkpoint: section({
      ...checkpoint,
      store: value('a store of checkpoints', (seen) => isObjectWith(seen, 'list', 'read', 'write', 'remove')),
    }),
  },
  runSettings.allowed,
)

function value(allowed: string, accepts: (seen: unknown) => boolean, schema?: JsonSchema): Value {
  return { kind: 'value', allowed, accepts, ...(schema === undefined ? {} : { schema }) }
}

function oneOf(names: readonly string[]): Value {
  const accepts = (seen: unknown): boolean => typeof seen === 'string' && names.includes(seen)
  return { kind: 'value', allowed: `one of ${names.join(', ')}`, names, accepts, schema: { enum: names } }
}

function section(parts: Section['parts'], allowed = 'a record'): Section {
  return { kind: 'section', allowed, parts }
}

function entries(part: Section): Entries {
  return { kind: 'entries', allowed: 'a record of settings by the name of a term', part }
}

function isTap(seen: unknown): boolean {
  if (!isObjectWith(seen, 'onItem')) return false
  const { term, port } = seen as { readonly term?: unknown; readonly port?: unknown }
  return typeof term === 'string' && (port === undefined || typeof port === 'string')
}

function isUi(seen: unknown): boolean {
  if (typeof seen === 'boolean') return true
  const parts: Readonly<Record<string, (part: unknown) => boolean>> = {
    port: (part) => isCount(part) || part === 0,
    host: (part) => typeof part === 'string' && part !== '',
    readOnly: (part) => typeof part === 'boolean',
    hold: (part) => typeof part === 'boolean',
    onReady: (part) => typeof part === 'function',
  }
  return (
    isRecord(seen) &&
    Object.entries(seen).every(([name, part]) => part === undefined || parts[name]?.(part) === true)
  )
}

function isCount(seen: unknown): boolean {
  return Number.isInteger(seen) && (seen as number) >= 1
}

function isObjectWith(seen: unknown, ...methods: readonly string[]): boolean {
  return (
    typeof seen === 'object' &&
    seen !== null &&
    methods.every((name) => typeof (seen as Readonly<Record<string, unknown>>)[name] === 'function')
  )
}
