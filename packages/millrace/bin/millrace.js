#!/usr/bin/env node
// The command's fixed address: it exists before the build does, so that an install can link it.
import module from 'node:module'

// Node 22 and later keep what they have compiled, for the next time
module.enableCompileCache?.()
try {
  // all that is loaded is loaded before the command begins
  const [{ leaveAfter }, { ended }] = await Promise.all([
    import('../dist/leave.js'),
    import('../dist/cli.js'),
  ])
  leaveAfter(ended)
} catch (error) {
  const { code, message } = error ?? {}
  if (code !== 'EMFILE' && code !== 'ENFILE') throw error
  // nothing more can be loaded, the report of errors least of all; see src/report/error.ts
  const remedy = 'Raise the limit (ulimit -n): 256 are enough for a few workers.'
  process.stderr.write(
    `millrace: The process may open too few files: ${message}. ${remedy} [TOO_FEW_FILES]\n`,
  )
  process.exitCode = 2
}
