/**
 * Goal: right programs compile, and of wrong ones the compiler says what is wrong, in few lines. Here with the installed
 * compiler, on the sources; scripts/check-types.mjs has others read the packages as they would be published.
 */
import { readdirSync, readFileSync } from 'node:fs'
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
  const program = ts.createProgram(files, { ...options, incremental: false, allowJs: true, checkJs: true })
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

/** What the error of a wrong program says, by its number, as the source of a regular expression. */
const sentences = JSON.parse(readFileSync(`${folder}sentences.json`, 'utf8')) as Readonly<
  Record<string, string>
>

test('right programs compile', () => {
  const errors = Object.entries(errorsOf(filesIn('right')))
  expect(errors).toHaveLength(42)
  expect(errors.filter(([, text]) => text !== '')).toEqual([])
})

test('errors of wrong programs say what is wrong, in three lines on the average', () => {
  const errors = errorsOf(filesIn('wrong'))
  expect(Object.keys(errors).sort()).toEqual(Object.keys(sentences).sort())
  for (const [number, sentence] of Object.entries(sentences))
    expect(errors[number]).toMatch(new RegExp(sentence, 's'))
  const lines = Object.values(errors).flatMap((text) => text.split('\n'))
  expect(lines.length).toBeLessThanOrEqual(3 * Object.keys(errors).length)
})
