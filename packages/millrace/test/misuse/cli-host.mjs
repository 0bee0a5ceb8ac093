// Runs calls of the command `millrace` one after the other in one process, as told by messages of its parent. Started by
// `start-command.ts` for the cases that need no process of their own: to start Node takes longer than such a case.
//
// Each call gets an instance of the command, a folder, arguments and variables of its own; its output is caught.

let calls = 0

process.on('message', async ({ cli, args, folder, variables }) => {
  const output = { stdout: '', stderr: '' }
  const restore = ['stdout', 'stderr'].map((name) => catchOutput(name, output))
  process.chdir(folder)
  process.argv = [process.argv[0], cli, ...args]
  Object.assign(process.env, variables)
  let code
  try {
    const { ended } = await import(`${cli}?call=${calls++}`)
    code = await ended
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name]
    for (const undo of restore) undo()
    process.exitCode = 0
  }
  process.send({ code, ...output })
})

function catchOutput(name, output) {
  const stream = process[name]
  const { write } = stream
  stream.write = (chunk, encoding, callback) => {
    output[name] += chunk
    const done = typeof encoding === 'function' ? encoding : callback
    if (done) queueMicrotask(done)
    return true
  }
  return () => {
    stream.write = write
  }
}
