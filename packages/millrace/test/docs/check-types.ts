/** Checks the types of examples against the packages' sources. Called by `docs.test.ts`. */

import { dirname, join } from 'node:path'
import ts from 'typescript'

/** What the compiler has to say about `files`, a line each; `root` is the workspace. */
export function typeErrors(files: readonly string[], root: string): string[] {
  const config = join(root, 'tsconfig.check.json')
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(config, ts.sys.readFile).config,
    { ...ts.sys, readDirectory: () => [] },
    dirname(config),
    {
      incremental: false,
      typeRoots: [join(root, 'node_modules/@types')],
      // an example may leave a value unused, and says no `override` that a reader's own settings need not ask for
      noUnusedLocals: false,
      noImplicitOverride: false,
      noPropertyAccessFromIndexSignature: false,
    },
    config,
  )
  delete options.tsBuildInfoFile
  const program = ts.createProgram(files, options)
  return files.flatMap((file) => {
    const source = program.getSourceFile(file)
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText, start = 0 }) => {
        const line = (source?.getLineAndCharacterOfPosition(start).line ?? 0) + 1
        return `${file}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
      },
    )
  })
}
