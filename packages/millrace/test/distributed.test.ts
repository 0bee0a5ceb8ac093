// `millrace run --strategy distributed`: host processes and a server of the run's own give the bytes of inline, also when
// hosts are killed; and what a user does wrong is said before anything starts.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { statusOf } from '@millrace/cluster'
import { freePort } from '@millrace/core/files'
import { describe, expect, test } from 'vitest'
import { fixture, millrace, startMillrace } from './millrace-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

const hasServer = spawnSync('nats-server', ['-v']).error === undefined
if (!hasServer) console.warn('left out: distributed runs; there is no nats-server on the path')
if (!hasServer && process.env['MILLRACE_SERVICES'] === 'required') {
  throw new Error('there is no nats-server on the path, and MILLRACE_SERVICES is "required"')
}

const module = fixture('keyed-sums.ts')

async function inlineBytes(folder: string, ...params: string[]): Promise<string> {
  const out = join(folder, 'inline.txt')
  const { code, stderr } = await millrace(['run', module, '--param', `out=${out}`, ...params])
  expect([code, stderr]).toEqual([0, ''])
  return readFileSync(out, 'utf8')
}

/** Starts the run in a process group of its own; resolves once it has told where its hosts are. */
async function startOverHosts(hosts: number, params: readonly string[]) {
  const how = ['--strategy', 'distributed', '--hosts', String(hosts)]
  const flags = params.flatMap((param) => ['--param', param])
  const started = startMillrace(['run', module, ...how, ...flags], undefined, {}, true)
  let said = ''
  started.child.stderr?.on('data', (text: string) => void (said += text))
  await started.printed('hosts ')
  const [, run = '', server = '', pids = ''] = /run (\S+) at (\S+), hosts (.*)/.exec(said) ?? []
  const hasEnded = started.finished.then(({ stderr }) =>
    Promise.reject(new Error(`the run has ended:\n${stderr}`)),
  )
  hasEnded.catch(() => undefined)
  const isOwner = async (pid: number): Promise<boolean> => {
    const { tasks } = await statusOf(run, { servers: [server] })
    return tasks.some(({ owner, phase }) => phase === 'running' && owner.includes(`.${pid}.`))
  }
  /** Resolves once this host owns a task; rejects if the run ends without. */
  const owns = async (pid: number): Promise<void> => {
    while (!(await Promise.race([isOwner(pid), hasEnded])))
      await new Promise((resolve) => void setTimeout(resolve, 50))
  }
  return { ...started, pids: pids.split(', ').map(Number), owns }
}

describe.skipIf(!hasServer)('over two hosts', () => {
  test('the bytes of inline, and a ledger that adds up', async () => {
    const folder = temporaryFolder()
    const out = join(folder, 'distributed.txt')
    const summary = join(folder, 'summary.json')
    const args = ['run', module, '--strategy', 'distributed', '--hosts', '2', '--param', `out=${out}`]
    const { code, stderr } = await millrace([...args, '--quiet', '--summary', summary])
    expect([code, stderr]).toEqual([0, ''])
    expect(readFileSync(out, 'utf8')).toBe(await inlineBytes(folder))
    const written = JSON.parse(readFileSync(summary, 'utf8'))
    expect(written).toMatchObject({
      strategy: 'distributed',
      outcome: 'completed',
      balanced: true,
      completeness: { isComplete: true },
      items: { in: 20_102, out: 1, filtered: 20_101, discarded: 0 },
      results: { writeLines: { file: out } },
    })
  })

  test('hosts that are killed cost time and nothing else', async () => {
    const folder = temporaryFolder()
    const out = join(folder, 'distributed.txt')
    const gate = join(folder, 'gate')
    const params = ['items=60000', `out=${out}`, `gate=${gate}`]
    const { finished, printed, pids, owns } = await startOverHosts(2, params)
    const [first, second] = pids
    await owns(first as number)
    process.kill(first as number, 'SIGKILL')
    await printed(`host ${first} was ended by SIGKILL`)
    process.kill(second as number, 'SIGKILL')
    writeFileSync(gate, '')
    expect((await finished).code).toBe(0)
    expect(readFileSync(out, 'utf8')).toBe(await inlineBytes(folder, '--param', 'items=60000'))
  })

  test('Ctrl-C, which the whole process group gets, drains', async () => {
    const folder = temporaryFolder()
    const out = join(folder, 'distributed.txt')
    const { child, finished } = await startOverHosts(2, [`out=${out}`, `gate=${join(folder, 'gate')}`])
    process.kill(-(child.pid as number), 'SIGINT')
    const { code, stderr } = await finished
    expect([code, stderr.includes('SIGINT: draining'), existsSync(out)]).toEqual([0, true, true])
  })

  test('the second signal ends a host at once', async () => {
    const folder = temporaryFolder()
    const params = [`out=${join(folder, 'out')}`, `gate=${join(folder, 'gate')}`, 'waitMs=1000000']
    const { child, finished, printed, pids } = await startOverHosts(1, params)
    const host = pids[0] as number
    await printed('the source waits')
    process.kill(host, 'SIGTERM')
    await printed('SIGTERM: handing over, then leaving')
    process.kill(host, 'SIGTERM')
    await printed(`host ${host} was ended by code 3`)
    child.kill('SIGINT')
    await printed('SIGINT: draining')
    child.kill('SIGINT')
    const { code, stderr } = await finished
    expect([code, stderr.includes('process.exit')]).toEqual([130, false])
  })

  test('dead letters, telemetry and settings of terms are those of the whole run', async () => {
    const folder = temporaryFolder()
    const [letters, telemetry, summary, config] = ['letters', 'telemetry', 'summary', 'config.json'].map(
      (name) => join(folder, name),
    ) as [string, string, string, string]
    writeFileSync(config, JSON.stringify({ terms: { 'picky*': { onError: 'skip' } } }))
    const args = ['run', fixture('picky.ts'), '--strategy', 'distributed', '-q', '--config', config]
    const files = ['--dead-letters', letters, '--telemetry', telemetry, '--summary', summary]
    const { code, stderr } = await millrace([...args, ...files])
    expect([code, stderr.includes('1 item')]).toEqual([0, true])
    const lines = (file: string) =>
      readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
    const found = lines(letters)
    expect(found).toMatchObject([{ kind: 'error', error: { message: 'no seven' } }])
    const written = JSON.parse(readFileSync(summary, 'utf8'))
    expect(written).toMatchObject({
      balanced: true,
      items: { deadLettered: 1 },
      failures: { deadLettered: 1 },
    })
    expect(lines(telemetry).at(-1)).toMatchObject({ outcome: 'completed', items: { deadLettered: 1 } })
    expect(written.stages.length).toBeGreaterThan(2)
  })

  test('page, metrics and report show the terms of all hosts', async () => {
    const folder = temporaryFolder()
    const gate = join(folder, 'gate')
    const report = join(folder, 'report.html')
    const params = [`out=${join(folder, 'out')}`, `gate=${gate}`].flatMap((param) => ['--param', param])
    const how = ['--strategy', 'distributed', '--hosts', '1']
    const watching = ['--ui', '--metrics', '127.0.0.1:0', '--report', report]
    const { finished, printed, pageAddress, child } = startMillrace([
      'run',
      module,
      ...how,
      ...params,
      ...watching,
    ])
    let said = ''
    child.stderr?.on('data', (text: string) => void (said += text))
    await printed('metrics at')
    await printed('the source waits')
    const [, address = ''] = /metrics at (\S+)/.exec(said) ?? []
    const scraped = async (): Promise<string> => (await fetch(address)).text()
    await expect.poll(scraped, { timeout: 100_000 }).toMatch(/millrace_\S+\{[^}]*fromIterable[^}]*\} [1-9]/)
    const page = await fetch(await pageAddress())
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<html')])
    writeFileSync(gate, '')
    expect((await finished).code).toBe(0)
    const html = readFileSync(report, 'utf8')
    expect(['keyedReduce', 'writeLines', 'distributed'].filter((name) => !html.includes(name))).toEqual([])
  })

  test('servers that are gone for good end the run, if it is told to give up', async () => {
    const folder = temporaryFolder()
    const port = await freePort()
    const server = spawn('nats-server', ['-a', '127.0.0.1', '-p', `${port}`, '-js', '-sd', folder], {
      stdio: 'ignore',
    })
    const gone = once(server, 'exit')
    try {
      const url = `nats://127.0.0.1:${port}`
      const isUp = async (): Promise<number | null> => (await millrace(['doctor', '--servers', url])).code
      await expect.poll(isUp, { timeout: 100_000 }).toBe(0)
      const params = [`out=${join(folder, 'out')}`, `gate=${join(folder, 'gate')}`].flatMap((one) => [
        '--param',
        one,
      ])
      const how = ['--strategy', 'distributed', '--hosts', '1', '--servers', url, '--give-up-ms', '15000']
      const { finished, printed } = startMillrace(['run', module, ...how, ...params])
      await printed('the source waits')
      server.kill('SIGKILL')
      await gone
      const { code, stderr } = await finished
      expect(code).toBe(1)
      expect(stderr).toMatch(/^millrace: The servers have not answered for \d+ s: .*\[SERVERS_GONE\]$/m)
    } finally {
      server.kill('SIGKILL')
      await gone
    }
  })

  test('a label that no host has is refused before anything starts; with one the term runs there', async () => {
    const args = ['run', fixture('labelled.ts'), '--strategy', 'distributed', '--hosts', '1', '-q']
    const { code, stderr } = await millrace(args)
    expect(code).toBe(2)
    expect(stderr).toContain('"bound" asks for hosts with the label "disk=a", and none has it')
    const { code: well, stdout } = await millrace([...args, '--label', 'disk=a'])
    expect([well, stdout]).toEqual([0, '2\n3\n'])
  })

  test('a host that cannot start ends the run, and says why', async () => {
    const module = fixture('not-on-hosts.ts')
    const { code, stderr } = await millrace(['run', module, '--strategy', 'distributed', '-q'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^millrace: Host \d+ could not start: .*nothing for hosts.*\[HOST_FAILED\]\n/)
    const worker = await millrace(['worker', module, '--run', 'none'])
    expect([worker.code, worker.stderr.includes('nothing for hosts')]).toEqual([2, true])
    const nowhere = ['--servers', 'nats://127.0.0.1:1']
    const lonely = await millrace(['worker', fixture('picky.ts'), '--run', 'none', ...nowhere])
    expect([lonely.code, lonely.stderr.includes('[NO_CLUSTER]')]).toEqual([3, true])
  })

  test('a term that fails on a host fails the run, and is named', async () => {
    const { code, stderr } = await millrace(['run', fixture('picky.ts'), '--strategy', 'distributed', '-q'])
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^millrace: "picky(#\d)?" failed on host .*: no seven \[TERM_FAILED\] \[TASK_FAILED\]\n$/,
    )
  })
})

test('what cannot be distributed is refused with the term and the reason', async () => {
  const { code, stderr } = await millrace(['run', fixture('undistributable.ts'), '--strategy', 'distributed'])
  expect(code).toBe(2)
  expect(stderr).toContain('"fromIterable" cannot be begun in the middle')
  expect(stderr).toContain('"debounce" is a coroutine')
  expect(stderr).toContain('[NOT_DISTRIBUTABLE]')
})
