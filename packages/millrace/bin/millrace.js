#!/usr/bin/env node
// The command's fixed address: it exists before the build does, so that an install can link it.
try {
  const { ended } = await import('../dist/cli.js')
  const { leaveAfter } = await import('../dist/leave.js')
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
