/**
 * `bytewise`: the bytes of a file in an encoding in which marks can be found among bytes. Called by `csv`. Text in
 * UTF-16 and the like becomes UTF-8 on the way; what is no text in its encoding is refused, never replaced.
 */

import { StringDecoder } from 'node:string_decoder'
import { BadInputError } from '@millrace/core'
import { utf8Of } from '../format/well-formed.ts'
import { textChunks } from '../source/text-chunks.ts'

/** UTF-8 or Latin-1: the chunks as they are. */
export function isBytewise(encoding: string): boolean {
  return /^(?:utf-?8|latin1|binary)$/i.test(encoding)
}

/** @throws {BadInputError} for bytes that are no text in this encoding; it names the file. */
export function bytewise(
  path: string,
  chunks: AsyncIterable<Buffer>,
  encoding: BufferEncoding,
): AsyncIterable<Buffer> {
  return isBytewise(encoding) ? textChunks(path, chunks, encoding) : translated(path, chunks, encoding)
}

async function* translated(
  path: string,
  chunks: AsyncIterable<Buffer>,
  encoding: BufferEncoding,
): AsyncGenerator<Buffer, void, undefined> {
  const decoder = new StringDecoder(encoding)
  for await (const chunk of chunks) yield bytesOfText(path, decoder.write(chunk))
  yield bytesOfText(path, decoder.end())
}

function bytesOfText(path: string, text: string): Buffer {
  const bytes = utf8Of(text)
  if (bytes !== undefined) return bytes
  throw new BadInputError(`The file ${path} is no text in UTF-16: it has half of a surrogate pair.`)
}
