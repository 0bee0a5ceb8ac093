/** `exec`: a child process as a term. */

import { type Awaitable, InvalidOptionError, type StreamTerm } from '@millrace/core'
import { checkOptions, checkWhole } from '../check.ts'
import { type Duct, DuctTerm } from '../interop/duct.ts'
import { ChildDuct } from './child-duct.ts'
import type { ExecOptions, ExecSettings } from './exec-options.ts'

export type { ExecOptions } from './exec-options.ts'

/**
 * Runs a program: items are written to its standard input, a text as a line, bytes as they are; what it writes to its
 * standard output are the term's items. It is started in each run, without a shell. Pekko's and Highland's pipes to
 * processes; `child_process.spawn` beneath.
 *
 * While the program does not read, the term before it is held back; while there is no room behind it, the program's
 * output is not read. It may close its input early, as `head` does. The run fails if the program cannot be started, or
 * ends with another code than 0; the message ends with what it last wrote to its standard error. On cancel, and when
 * nothing more is needed, it is told to end, then killed: the run is over when the program is. It stays on the caller's
 * thread. The order is the program's.
 *
 * The program and whatever it starts are one process group, in a session of their own, so that they can be ended together:
 * what a shell leaves running in the background ends with it. Output that such a process holds open is waited for half a
 * second, not counting the time in which there is no room for it. The group is killed, too, when this process ends, by a
 * signal (SIGHUP, SIGINT, SIGTERM) as well; not when it is killed by SIGKILL. Ctrl-C in a terminal no longer reaches the
 * program by itself: the run decides. On Windows only the program itself is ended.
 *
 * @throws {InvalidOptionError} if an argument is no text or an option makes no sense. A program that fails ends the run
 * with a `BadInputError`.
 *
 * @example
 * ```ts
 * import { exec, fromIterable, toArray } from 'millrace/terms'
 *
 * const script = 'process.stdin.on("data", (text) => process.stdout.write(String(text).toUpperCase()))'
 * const upper = exec(process.execPath, ['-e', script])
 * console.log(await toArray(fromIterable(['to be', 'or not']).pipe(upper))) // [ 'TO BE', 'OR NOT' ]
 * ```
 */
export function exec(
  command: string,
  args: readonly string[],
  options: ExecOptions & { readonly output: 'bytes' },
): StreamTerm<string | Uint8Array, Uint8Array>
export function exec(
  command: string,
  args?: readonly string[],
  options?: ExecOptions,
): StreamTerm<string | Uint8Array, string>
export function exec(
  command: string,
  args: readonly string[] = [],
  options: ExecOptions = {},
): StreamTerm<string | Uint8Array, string | Uint8Array> {
  checkOptions('exec', options, { output: true, cwd: true, env: true, maxLineBytes: true, killAfterMs: true })
  const { output = 'lines', cwd, env = {}, maxLineBytes = 1024 * 1024, killAfterMs = 2000 } = options
  for (const text of [command, ...args]) {
    if (typeof text !== 'string')
      throw new InvalidOptionError('The command of exec()', text, 'a list of texts')
  }
  if (output !== 'lines' && output !== 'bytes') {
    throw new InvalidOptionError('output of exec()', output, '"lines" or "bytes"')
  }
  checkWhole('maxLineBytes of exec()', maxLineBytes, 1)
  checkWhole('killAfterMs of exec()', killAfterMs, 0)
  return new Exec({ command, args, output, cwd, env, maxLineBytes, killAfterMs }).local()
}

class Exec extends DuctTerm<string | Uint8Array, string | Uint8Array> {
  override name = 'exec'
  readonly #settings: ExecSettings

  constructor(settings: ExecSettings) {
    super()
    this.#settings = settings
  }

  protected override open(): Awaitable<Duct<string | Uint8Array, string | Uint8Array>> {
    return new ChildDuct(this.#settings)
  }
}
