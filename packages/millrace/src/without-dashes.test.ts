/** Goal: the `--` of pnpm goes, and the one before a file whose name begins with a dash stays. */
import { Command } from 'commander'
import { expect, test } from 'vitest'
import { withoutDashes } from './without-dashes.ts'

function program(): Command {
  const millrace = new Command('millrace')
  millrace.command('run').argument('<module>').option('-w, --workers <count>').option('-q, --quiet')
  millrace.command('letters').argument('<file>').argument('[group]')
  millrace.command('config').option('--json')
  millrace.command('completion').argument('[shell]')
  const hosts = millrace.command('hosts')
  hosts.command('stop').argument('<host>')
  return millrace
}

test.each([
  'run job.ts -- --workers 1',
  'run -q job.ts -- -q',
  'letters file -- --quiet',
  'config -- --json',
  'hosts stop h1 -- --force',
  '-- --help',
])('%s: the dashes go', (line) => {
  expect(withoutDashes(program(), line.split(' '))).toEqual(line.replace('-- ', '').split(' '))
})

test.each([
  'run -- -job.ts',
  'run -q -- -job.ts',
  'run --workers 2 -- -job.ts',
  'run -w 2 -- -job.ts',
  'run --workers=2 -- -job.ts',
  'hosts stop -- -h1',
  'completion -- -shell',
  'run -- job.ts',
  'run job.ts --',
  'run job.ts',
])('%s: nothing changes', (line) => {
  expect(withoutDashes(program(), line.split(' '))).toEqual(line.split(' '))
})
