/** `ndjsonFields`: a source of wanted fields of the objects of an NDJSON file. Made by `ndjson`. Internal. */

import { BadInputError, type BatchSourceTerm, messageOf, type SplitRequest } from '@millrace/core'
import type { FoundFields } from '../csv/column-readers.ts'
import { BYTE_ORDER_MARK } from '../csv/record-scanner.ts'
import { type Row, rowOf } from '../csv/row.ts'
import { ObjectScanner } from '../json/object-scanner.ts'
import { jsonReader } from '../json/typed-readers.ts'
import type { Fields } from './fields.ts'
import { FileSource } from './file-source.ts'
import { type FileSplit, lineNumberAt, splitsOf, useLinesOf } from './file-splits.ts'
import { checkText, textChunks } from './text-chunks.ts'

const LF = 0x0a

/** The fields are checked already. */
export function ndjsonFields(
  path: string,
  fields: Fields<unknown>,
  splitBytes: number | undefined,
): BatchSourceTerm<unknown> {
  return new NdjsonFields(path, fields, splitBytes)
}

class NdjsonFields extends FileSource<unknown> {
  override name = 'ndjson'
  readonly #fields: Fields<unknown>
  /** The byte behind each batch's last line; only where the file can be read from there. */
  readonly #behind = new WeakMap<readonly unknown[], number>()

  readonly #splitBytes: number | undefined

  constructor(path: string, fields: Fields<unknown>, splitBytes: number | undefined) {
    super(path)
    this.#fields = fields
    this.#splitBytes = splitBytes
  }

  override splits(request: SplitRequest): Iterable<FileSplit> | undefined {
    return splitsOf(this.path, request, this.#splitBytes)
  }

  override openSplit(split: FileSplit): readonly unknown[] {
    return useLinesOf(this.path, split, (bytes, at) => {
      checkText(this.path, bytes, at, 'utf8')
      const reader = new LineReader(this.path, this.#fields)
      const records = reader.read(bytes, at)
      if (reader.fault !== undefined) throw reader.explain(at)
      return records
    })
  }

  protected override byteBehind(batch: readonly unknown[]): number | undefined {
    return this.#behind.get(batch)
  }

  protected override async *parse(
    chunks: AsyncIterable<Buffer>,
    from: number,
  ): AsyncGenerator<readonly unknown[], void, undefined> {
    const reader = new LineReader(this.path, this.#fields)
    const canSeek = !this.path.endsWith('.gz')
    /** Where the line begins that has no end yet. */
    let at = from
    let rest: Buffer = Buffer.alloc(0)
    for await (const chunk of textChunks(this.path, chunks, 'utf8', from)) {
      const end = chunk.lastIndexOf(LF) + 1
      if (end === 0) {
        rest = Buffer.concat([rest, chunk])
        continue
      }
      const bytes = rest.length === 0 ? chunk.subarray(0, end) : Buffer.concat([rest, chunk.subarray(0, end)])
      rest = Buffer.from(chunk.subarray(end))
      const batch = reader.read(bytes, at)
      at += bytes.length
      if (canSeek) this.#behind.set(batch, at)
      if (batch.length > 0) yield batch
      if (reader.fault !== undefined) throw reader.explain(from)
    }
    const batch = reader.read(rest, at)
    if (canSeek) this.#behind.set(batch, at + rest.length)
    if (batch.length > 0) yield batch
    if (reader.fault !== undefined) throw reader.explain(from)
  }
}

/** Makes records of lines. */
class LineReader {
  /** What is wrong with the line `#lines`; what comes before it is right. */
  fault: { readonly reason: string; readonly cause: unknown } | undefined
  readonly #path: string
  readonly #scanner: ObjectScanner
  readonly #row: Row<FoundFields>
  #lines = 0

  constructor(path: string, fields: Fields<unknown>) {
    this.#path = path
    this.#scanner = new ObjectScanner(Object.keys(fields))
    this.#row = rowOf(
      Object.entries(fields).map(([name, spec], at) => ({ name, at, reader: jsonReader(name, spec) })),
    )
  }

  /** The records of whole lines, which begin at byte `at` of the file; those before a fault. */
  read(bytes: Buffer, at: number): unknown[] {
    const records: unknown[] = []
    const scanner = this.#scanner
    scanner.bytes = bytes
    const hasMark = at === 0 && bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)
    for (let from = hasMark ? BYTE_ORDER_MARK.length : 0; from < bytes.length; ) {
      const found = bytes.indexOf(LF, from)
      const to = found < 0 ? bytes.length : found
      this.#lines++
      try {
        if (scanner.scan(from, to)) records.push(this.#row(scanner))
        else if (!isBlank(bytes, from, to)) this.#refuse(bytes.toString('utf8', from, to))
      } catch (cause) {
        this.fault = { reason: messageOf(cause), cause }
        return records
      }
      from = to + 1
    }
    return records
  }

  /** The error to fail with; the lines before byte `from`, where reading began, are counted only now. */
  explain(from: number): BadInputError {
    const line = this.#lines - 1 + (from === 0 ? 1 : lineNumberAt(this.#path, from))
    return new BadInputError(`Line ${line} of ${this.#path} ${this.fault?.reason}`, {
      cause: this.fault?.cause,
    })
  }

  #refuse(line: string): never {
    try {
      JSON.parse(line)
    } catch (cause) {
      throw new BadInputError(`is no JSON: ${messageOf(cause)}`, { cause })
    }
    throw new BadInputError(
      'is no object, and has no fields. Without the option fields, it may be any value.',
    )
  }
}

/** As `trim` has it. */
function isBlank(bytes: Buffer, from: number, to: number): boolean {
  return bytes.toString('utf8', from, to).trim() === ''
}
