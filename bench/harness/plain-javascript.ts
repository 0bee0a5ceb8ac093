// Turns the harness and one suite from TypeScript into plain JavaScript files, so that a contender's process runs
// what a published program would run: no loader, no transpiling, nothing extra in its memory.
// Called by run-suite.ts before the first process starts; file by file, nothing is bundled.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'

const benchFolder = fileURLToPath(new URL('..', import.meta.url))
// Inside the package, so that the files find its dependencies; in node_modules, so that no tool looks at them.
const plainFolder = join(benchFolder, 'node_modules', '.cache', 'plain-javascript')

/** The plain counterpart of a TypeScript file of this package: `linear/loop.ts` gives the URL of a `loop.js`. */
export function plainUrl(file: string): URL {
  return pathToFileURL(join(plainFolder, file.replace(/\.ts$/, '.js')))
}

export function writePlainJavaScript(folders: readonly string[]): void {
  mkdirSync(plainFolder, { recursive: true })
  writeFileSync(join(plainFolder, 'package.json'), '{ "type": "module" }\n')
  for (const folder of folders) {
    for (const found of readdirSync(join(benchFolder, folder), { recursive: true, encoding: 'utf8' })) {
      const file = join(folder, found)
      if (!/\.ts$/.test(file) || /\.(d|test)\.ts$/.test(file)) continue
      const to = fileURLToPath(plainUrl(file))
      mkdirSync(dirname(to), { recursive: true })
      writeFileSync(to, toJavaScript(readFileSync(join(benchFolder, file), 'utf8')))
    }
  }
}

/** Types go, `./x.ts` becomes `./x.js`, and nothing else changes. */
export function toJavaScript(source: string): string {
  return ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  }).outputText
}
