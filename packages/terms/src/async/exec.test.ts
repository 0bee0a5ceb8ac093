/** Goal: programs as terms: all items go in, all lines come out, failures are told, and no process stays. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { run } from '@millrace/core'
import { SinkProbe, settle } from '@millrace/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exec, fromIterable, map, mapAsync, take, toArray } from '../index.ts'
import { naturals, REFUSED, settings } from '../shape/test/everywhere.ts'

const node = (script: string, options = {}) => exec(process.execPath, ['-e', script], options)
const CAT = 'process.stdin.pipe(process.stdout)'

/** Whether a process is there. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Resolves once it has ended: a signal takes its time. */
async function gone(pid: number): Promise<void> {
  while (isThere(pid) && !isZombie(pid)) await settle(5)
}

/** It has ended, and the process that took it over has not looked yet. */
function isZombie(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

test('lines go through, whatever is in them', async () => {
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, ' '))
  await fc.assert(
    fc.asyncProperty(fc.array(line), settings(), async (items, options) => {
      expect(await toArray(fromIterable(items).pipe(node(CAT)), options)).toEqual(items)
    }),
    { numRuns: 4 },
  )
})

test('bytes go through as they are', async () => {
  const chunks = [new Uint8Array([0, 255, 10, 13]), new Uint8Array(300_000).fill(7)]
  const out = await toArray(
    fromIterable(chunks).pipe(exec(process.execPath, ['-e', CAT], { output: 'bytes' })),
  )
  expect(Buffer.compare(Buffer.concat(out), Buffer.concat(chunks))).toBe(0)
})

test('a program that does not read holds the source back; one that is not read waits', async () => {
  const { source } = naturals()
  let most = 0
  const seen = map((n: number) => {
    most = n
    return 'x'.repeat(1000)
  })
  const sink = new SinkProbe<string>()
  const running = run(fromIterable(source).pipe(seen, node(CAT), take(5), sink), {
    edges: { capacityItems: 2 },
    batchItems: 2,
  })
  expect((await sink.next())?.length).toBe(1000)
  await settle(50)
  // two pipes and their buffers hold some hundred kilobytes
  expect(most).toBeLessThan(2000)
  sink.request()
  await running.done
  expect(sink.received.length).toBe(5)
})

test('a program may close its input early', async () => {
  const { source, closed } = naturals()
  const first = node('process.stdin.once("data", () => { console.log("enough"); process.exit(0) })')
  expect(await toArray(fromIterable(source).pipe(map(String), first))).toEqual(['enough'])
  expect(closed()).toBe(true)
})

test('a code other than 0, or no such program, fails the run', async () => {
  const failing = node('console.error("no such thing"); process.exit(3)')
  await expect(toArray(fromIterable(['a']).pipe(failing))).rejects.toMatchObject({
    term: 'exec',
    cause: { code: 'BAD_INPUT', message: expect.stringMatching(/code 3; it wrote: no such thing$/) },
  })
  await expect(toArray(fromIterable(['a']).pipe(exec('no-such-program')))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT', cause: { code: 'ENOENT' } },
  })
  const killed = node('process.kill(process.pid, "SIGKILL")')
  await expect(toArray(fromIterable(['a']).pipe(killed))).rejects.toMatchObject({
    cause: { message: expect.stringMatching(/ended by SIGKILL/) },
  })
})

test('no process is left: on cancel, when nobody needs more, also one that will not end', async () => {
  const PID = 'console.log(process.pid); setInterval(() => {}, 1000);'
  const once = await toArray(fromIterable(['a']).pipe(node(PID), take(1)))
  expect(isThere(Number(once[0]))).toBe(false)

  const sink = new SinkProbe<string>()
  const stubborn = node(`process.on("SIGTERM", () => {}); ${PID}`, { killAfterMs: 20 })
  const running = run(fromIterable(['a']).pipe(stubborn, sink))
  const pid = Number(await sink.next())
  expect(isThere(pid)).toBe(true)
  await running.cancel()
  await expect(running.done).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(isThere(pid)).toBe(false)
})

const sh = (script: string, options = {}) => exec('sh', ['-c', script], options)

test.skipIf(process.platform === 'win32')(
  'what a shell leaves in the background is not waited for, and ends',
  async () => {
    const [pid, ...rest] = await toArray(fromIterable<string>([]).pipe(sh('sleep 100 & echo $!; echo hi')))
    expect(rest).toEqual(['hi'])
    await gone(Number(pid))
  },
)

test.skipIf(process.platform === 'win32')(
  'all output of the program itself is taken, however slowly',
  async () => {
    const slow = mapAsync(async (line: string) => {
      await settle(1)
      return line.length
    })
    const script = 'i=0; while [ $i -lt 300 ]; do printf "%01000d\\n" $i; i=$((i+1)); done; sleep 100 &'
    const sizes = await toArray(fromIterable<string>([]).pipe(sh(script), slow), {
      edges: { capacityItems: 2 },
      batchItems: 2,
    })
    expect(sizes).toEqual(new Array(300).fill(1000))
  },
)

test.skipIf(process.platform === 'win32')('a cancel ends what a shell has started, too', async () => {
  const sink = new SinkProbe<string>()
  const running = run(fromIterable<string>([]).pipe(sh('sleep 100 & echo $!; wait'), sink))
  const pid = Number(await sink.next())
  await running.cancel()
  await expect(running.done).rejects.toMatchObject({ code: 'CANCELLED' })
  await gone(pid)
})

test.skipIf(process.platform === 'win32').each(['SIGHUP', 'SIGINT', 'SIGTERM'] as const)(
  'a process that is ended by %s leaves no program',
  async (signal) => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('test/execs.mjs', import.meta.url))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'exit')
    const [text] = await once(child.stdout, 'data')
    child.kill(signal)
    expect(await ended).toEqual([null, signal])
    for (const pid of String(text).trim().split(' ')) await gone(Number(pid))
  },
)

test.skipIf(process.platform === 'win32')(
  'a program that listens to a signal once decides itself',
  async () => {
    const path = fileURLToPath(new URL('test/execs.mjs', import.meta.url))
    const child = spawn(process.execPath, [path, 'listens'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    const [text] = await once(child.stdout, 'data')
    child.kill('SIGTERM')
    expect(await ended).toEqual([3, null])
    for (const pid of String(text).trim().split(' ')) await gone(Number(pid))
  },
)

test('lines that are no UTF-8 are refused', async () => {
  const write = 'process.stdout.write(Buffer.from([0x61, 0xff, 0x0a]))'
  const bytes = fromIterable<string>([]).pipe(exec(process.execPath, ['-e', write], { output: 'bytes' }))
  expect(Buffer.concat(await toArray(bytes))).toEqual(Buffer.from([0x61, 0xff, 0x0a]))
  await expect(
    toArray(fromIterable<string>([]).pipe(exec(process.execPath, ['-e', write]))),
  ).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT', message: expect.stringContaining('output: "bytes"') },
  })
})

test('lines are bounded', async () => {
  const long = node('process.stdout.write("x".repeat(100))', { maxLineBytes: 99 })
  await expect(toArray(fromIterable(['a']).pipe(long))).rejects.toMatchObject({
    cause: { code: 'BAD_INPUT' },
  })
})

test('refuses what makes no sense', async () => {
  expect(() => exec(3 as never)).toThrow(REFUSED)
  expect(() => exec('x', [3 as never])).toThrow(REFUSED)
  expect(() => exec('x', [], { output: 'text' as never })).toThrow(REFUSED)
  await expect(toArray(fromIterable([1]).pipe(node(CAT) as never))).rejects.toMatchObject({
    cause: { code: 'INVALID_OPTION' },
  })
})
