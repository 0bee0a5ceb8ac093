/** Goal: right programs compile, and of wrong ones the compiler says what is wrong, in few lines. */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const folder = fileURLToPath(new URL('types/', import.meta.url))
const filesIn = (kind: string) => readdirSync(folder + kind).map((name) => `${folder}${kind}/${name}`)

/** Code and text of all errors, by the file's name. */
function errorsOf(files: readonly string[]): Record<string, string> {
  const { config } = ts.readConfigFile(`${root}tsconfig.check.json`, ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root)
  delete options.tsBuildInfoFile
  const program = ts.createProgram(files, { ...options, incremental: false })
  return Object.fromEntries(
    files.map((file) => {
      const found = ts.getPreEmitDiagnostics(program, program.getSourceFile(file))
      const texts = found.map(
        ({ code, messageText }) => `TS${code} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
      )
      return [file.replace(/^.*\/(\d\d)-.*$/, '$1'), texts.join('\n')]
    }),
  )
}

/** What the error of a wrong program says, by its number. */
const sentences: Readonly<Record<string, RegExp>> = {
  '01': /^TS2345.*Type 'number' is not assignable to type 'string'\.$/s,
  '02': /^TS2345.*Type 'string' is not assignable to type 'number'\.$/s,
  '03': /^TS2339 Property 'name' does not exist on type '{ id: number; }'\.$/,
  '04': /^TS2345.*'this term has an open input'/s,
  '05': /^TS2820.*Did you mean '"pool"'\?$/s,
  '06': /^TS2322/,
  '07': /^TS2353.*'strategy' does not exist/s,
  '08': /^TS2339 Property 'sqare' does not exist/,
  '09': /^TS2345.*Type 'string' is not assignable to type 'number'\.$/s,
  '10': /^TS2345.*Type 'number' is not assignable to type 'string'\.$/s,
  '11': /^TS2345.*Type 'number' is not assignable to type 'never'\.$/s,
  '12': /^TS2322 Type '"drop"' is not assignable to type 'Overflow'\.$/,
  '13': /^TS2345.*'"texts"' is not assignable to parameter of type '"n" \| "text"'\.$/s,
  '14': /^TS2345.*Property 'file' is missing/s,
  '15': /^TS2322 Type 'true' is not assignable to type 'string \| number \| undefined'\.$/,
  '16': /^TS/,
  '17': /^TS2345.*Type 'number' is not assignable to type 'never'\.$/s,
  '18': /^TS2345.*Type 'NoOutput' is not assignable to type 'number'\.$/s,
  '19': /^TS2345.*Type 'string' is not assignable to type 'number'\.$/s,
  '20': /^TS2339 Property 'path' does not exist/,
  '21': /^TS2322 Type '"ignore"' is not assignable to type '"fallback" \| "fail" \| "skip"'\.$/,
  '22': /^TS2345.*Type 'number' is not assignable to type 'string'\.$/s,
  '23': /^TS2322 Type 'string' is not assignable to type 'number'\.$/,
  '24': /^TS2345 Argument of type '\(n: number\) => number' is not assignable to parameter of type 'Term</,
  '25': /^TS2345.*pipe\(\) takes 20 terms: call pipe\(\) again for the others/s,
}

test('right programs compile', () => {
  expect(Object.entries(errorsOf(filesIn('right'))).filter(([, text]) => text !== '')).toEqual([])
})

test('errors of wrong programs say what is wrong, in three lines on the average', () => {
  const errors = errorsOf(filesIn('wrong'))
  expect(Object.keys(errors).sort()).toEqual(Object.keys(sentences).sort())
  for (const [number, sentence] of Object.entries(sentences)) expect(errors[number]).toMatch(sentence)
  const lines = Object.values(errors).flatMap((text) => text.split('\n'))
  expect(lines.length).toBeLessThanOrEqual(3 * Object.keys(errors).length)
})
