// The type suite of packages/millrace/test/types, on the packages as they would be published: right programs compile, also
// the declarations that they read, and of wrong ones the compiler says what is wrong. check-packages has the oldest
// TypeScript do it; the tests have the installed one read the sources. By hand, on every minor version or on some:
//
//     node scripts/check-types.mjs [5.4 5.9 …]

import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fromArchives, pack } from './packed.mjs'
import { environment } from './pnpm.mjs'
import { root, run } from './process.mjs'

/** The minor versions of TypeScript that the types are for, the oldest first. */
export const VERSIONS = ['5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6.0']

const suite = join(root, 'packages/millrace/test/types')

/** What `package.json` names for the suite beside the packages themselves. */
export function compilersOf(versions) {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const compilers = versions.map((version) => [nameOf(version), `npm:typescript@~${version}.0`])
  const { rxjs, '@types/node': node } = devDependencies
  return { ...Object.fromEntries(compilers), rxjs, '@types/node': node }
}

const nameOf = (version) => `typescript-${version}`

/** Compiles the suite in a folder with the packages and the compiler. Returns what is wrong with it, and its figures. */
export function checkSuite(home, version) {
  const programs = join(home, 'types')
  cpSync(suite, programs, { recursive: true })
  writeFileSync(join(programs, 'package.json'), '{ "type": "module" }\n')
  const ts = createRequire(join(home, 'package.json'))(nameOf(version))
  const began = performance.now()
  const faults = []
  // what is not skipped is read once: in the program of the right ones
  const right = errorsOf(ts, filesIn(join(programs, 'right')), false)
  for (const [file, text] of right.byFile) if (text !== '') faults.push(`right/${file}\n${text}`)
  if (right.others !== '') faults.push(right.others)
  const wrong = errorsOf(ts, filesIn(join(programs, 'wrong')), true).byFile
  const sentences = JSON.parse(readFileSync(join(programs, 'sentences.json'), 'utf8'))
  for (const [file, text] of wrong) {
    const sentence = sentences[file.slice(0, 2)]
    if (sentence === undefined || !new RegExp(sentence, 's').test(text))
      faults.push(`wrong/${file} is told: ${text}\nexpected: ${sentence}`)
  }
  const lines = wrong.map(([, text]) => text.split('\n').length).reduce((sum, n) => sum + n, 0)
  const seconds = (performance.now() - began) / 1000
  return { version: ts.version, right: right.byFile.length, wrong: wrong.length, lines, seconds, faults }
}

function filesIn(folder) {
  return readdirSync(folder).map((name) => join(folder, name))
}

/** Code and text of the errors in each file, and of those elsewhere. With as little of a library as is promised. */
function errorsOf(ts, files, skipLibCheck) {
  const options = {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts'],
    types: ['node'],
    module: ts.ModuleKind.NodeNext,
    strict: true,
    allowJs: true,
    checkJs: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck,
  }
  const program = ts.createProgram(files, options)
  const texts = new Map(files.map((file) => [file, []]))
  const others = []
  for (const { file, code, messageText } of ts.getPreEmitDiagnostics(program)) {
    const text = `TS${code} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
    const own = texts.get(file === undefined ? undefined : join(file.fileName))
    if (own === undefined) others.push(`${file?.fileName}: ${text}`)
    else own.push(text)
  }
  const byFile = [...texts].map(([file, found]) => [basename(file), found.join('\n')])
  return { byFile, others: others.join('\n') }
}

async function main(versions) {
  const home = mkdtempSync(join(tmpdir(), 'millrace-types-'))
  const must = async (step, { code, output }) => {
    if (code !== 0) throw new Error(`${step} failed:\n${output}`)
  }
  let failed = 0
  try {
    mkdirSync(join(home, 'packed'))
    await must('pnpm pack', await pack(join(home, 'packed')))
    const manifest = {
      private: true,
      type: 'module',
      dependencies: { millrace: '*' },
      devDependencies: compilersOf(versions),
    }
    writeFileSync(join(home, 'package.json'), JSON.stringify(fromArchives(manifest, join(home, 'packed'))))
    const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
    await must(
      'npm install',
      await run('npm', install, { capture: true, cwd: home, env: environment(process.env) }),
    )
    for (const wanted of versions) {
      const { version, right, wrong, lines, seconds, faults } = checkSuite(home, wanted)
      const perError = (lines / wrong).toFixed(2)
      console.log(
        `TypeScript ${version}: ${right} right, ${wrong} wrong, ${perError} lines each, ${seconds.toFixed(1)} s`,
      )
      for (const fault of faults) console.error(fault)
      failed += faults.length
    }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
  return failed === 0 ? 0 : 1
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  process.exitCode = await main(process.argv.length > 2 ? process.argv.slice(2) : VERSIONS)
