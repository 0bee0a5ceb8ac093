/**
 * What a case of the misuse corpus is: something that a careless user does, and what Millrace must say of it. Types only.
 *
 * The tables beside this file hold the cases; `judge.ts` runs them and says what is wrong with the answer. Read by
 * `misuse.test.ts` and by the chaos benchmark.
 */

/** A part of a message that has to be there. */
export type Part = string | RegExp

/** What makes an error a clear one. */
export interface Clear {
  /** The error's code, in capitals. */
  readonly code: string
  /** Where it is: a file and line, a flag, a setting, a term, an item. */
  readonly place: Part
  /** What to do, or what is allowed. */
  readonly remedy: Part
}

/** Files by path; a folder is written as `null`. */
export type Files = Readonly<Record<string, string | Uint8Array | null>>

/** A call of the command `millrace` in a folder of its own, in which `files` lie. */
export interface CliMisuse {
  readonly name: string
  readonly args: readonly string[]
  readonly files?: Files
  readonly variables?: Readonly<Record<string, string>>
  /** How the command must end; without, it is to make the best of it and end well. */
  readonly error?: Clear & { readonly exit: 0 | 1 | 2 }
  /** All that must be on stdout. Default: nothing. */
  readonly stdout?: Part
  /** Files that must be there afterwards, with this in them. */
  readonly kept?: Readonly<Record<string, Part>>
  /** Files that must not be there. */
  readonly absent?: readonly string[]
  /** Why it cannot share a process with other cases. */
  readonly alone?: string
  /** What happens from outside while it runs. */
  readonly act?: Act
  /** A limit of the shell's `ulimit`, as in `-f 8`. */
  readonly limit?: string
}

/** Something that happens to the command once it has printed `after`. */
export interface Act {
  readonly after: string
  readonly does: 'nothing' | 'closeStdout' | 'SIGINT' | 'SIGINT twice' | 'SIGTERM twice' | 'SIGHUP twice'
  /** The exit code that it leads to. */
  readonly exit: number
}

/** A program that goes wrong: it must throw, or reject, with a clear error. */
export interface ProgramMisuse {
  readonly name: string
  readonly run: () => unknown
  readonly error: Clear
}
