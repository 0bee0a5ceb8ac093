/** Misuses of the command line: commands, flags, parameters, variables, files that a flag names. */

import { numbers } from './graphs.ts'
import type { CliMisuse } from './misuse.ts'

const files = { 'g.mjs': numbers }

/** A mistake in the call: nothing is run. */
function refused(name: string, args: readonly string[], place: string, remedy: string | RegExp): CliMisuse {
  return { name, args, files, error: { code: 'BAD_ARGUMENT', exit: 2, place, remedy } }
}

/** A value that a setting cannot have. */
function badSetting(name: string, flag: string, text: string, remedy: string): CliMisuse {
  return {
    name,
    args: ['run', 'g.mjs', flag, text],
    files,
    error: { code: 'BAD_INPUT', exit: 2, place: flag, remedy },
  }
}

/** A file that a flag names cannot be what it is to be. */
function badFile(
  name: string,
  args: readonly string[],
  place: string,
  remedy: string | RegExp,
  kept: CliMisuse['kept'] = {},
): CliMisuse {
  return {
    name,
    args: ['run', 'g.mjs', ...args],
    files: { ...files, folder: null, 'c.json': '{}', 'old.json': 'old' },
    error: { code: 'BAD_INPUT', exit: 2, place, remedy },
    kept: { 'g.mjs': numbers, ...kept },
  }
}

export const flagCases: readonly CliMisuse[] = [
  refused('a misspelt command', ['rn', 'g.mjs'], "'rn'", 'Did you mean run?'),
  refused('no module', ['run'], "'module'", 'millrace run --help'),
  refused('a misspelt flag', ['run', 'g.mjs', '--sumary', 's.json'], '--sumary', 'Did you mean --summary?'),
  refused('a flag of nobody', ['run', 'g.mjs', '--zzz'], '--zzz', 'millrace run --help'),
  refused('a flag without its value', ['run', 'g.mjs', '--workers'], '--workers', 'millrace run --help'),
  refused('two modules', ['run', 'g.mjs', 'h.mjs'], 'run', 'millrace run --help'),
  refused('a format that there is not', ['graph', 'g.mjs', '-f', 'png'], 'png', 'mermaid, dot, json'),
  refused('a parameter without =', ['run', 'g.mjs', '-p', 'n'], '--param', 'name=value'),
  refused('a parameter without a name', ['run', 'g.mjs', '-p', '=1'], '--param', 'name=value'),
  refused(
    'a parameter given twice',
    ['run', 'g.mjs', '-p', 'n=1', '-p', 'n=2'],
    "'n=2'",
    'given before, as "1"',
  ),
  badSetting('a misspelt strategy', '--strategy', 'work-stealin', 'Did you mean work-stealing?'),
  badSetting(
    'a strategy of nobody',
    '--strategy',
    'quantum',
    'inline, dedicated, pool, work-stealing, hybrid, distributed',
  ),
  badSetting('a misspelt profile', '--profile', 'cpus', 'Did you mean cpu?'),
  badSetting('no workers', '--workers', '0', 'a whole number, at least 1'),
  badSetting('fewer than no workers', '--workers', '-1', 'a whole number, at least 1'),
  badSetting('workers in words', '--workers', 'many', 'a whole number, at least 1'),
  badSetting('half a batch', '--batch-items', '0.5', 'a whole number, at least 1'),
  badSetting('a bound that is none', '--capacity-items', 'none', 'or Infinity'),
  badSetting('an empty value', '--workers', '', 'a whole number, at least 1'),
  {
    name: 'more workers at least than at most',
    args: ['run', 'g.mjs', '--strategy', 'pool', '--workers', '1', '--min-workers', '3'],
    files,
    error: {
      code: 'INVALID_OPTION',
      exit: 2,
      place: 'scheduler.minWorkers',
      remedy: 'from 0 to scheduler.workers (1)',
    },
  },
  {
    name: 'a misspelt variable',
    args: ['run', 'g.mjs'],
    files,
    variables: { MILLRACE_WORKER: '2' },
    error: {
      code: 'BAD_INPUT',
      exit: 2,
      place: 'MILLRACE_WORKER ',
      remedy: 'Did you mean MILLRACE_WORKERS?',
    },
  },
  {
    name: 'a variable with a value that it cannot have',
    args: ['run', 'g.mjs'],
    files,
    variables: { MILLRACE_STRATEGY: 'pol' },
    error: { code: 'BAD_INPUT', exit: 2, place: 'MILLRACE_STRATEGY', remedy: 'Did you mean pool?' },
  },
  badFile('a summary into no folder', ['-s', 'no/s.json'], 'no/s.json', 'there is no folder'),
  badFile('a summary that is a folder', ['-s', 'folder'], 'folder', 'is a folder'),
  badFile('a summary below a file', ['-s', 'g.mjs/s.json'], 'g.mjs/s.json', 'there is no folder'),
  ...(process.platform === 'linux'
    ? [
        badFile(
          'a summary where nothing can be written',
          ['-s', '/proc/s.json'],
          '/proc/s.json',
          'Name a file',
        ),
      ]
    : []),
  badFile('a summary over the module', ['-s', 'g.mjs'], 'g.mjs', 'Name another file'),
  badFile('a summary over the config', ['-c', 'c.json', '-s', 'c.json'], 'c.json', 'Name another file', {
    'c.json': '{}',
  }),
  badFile('telemetry into no folder', ['-t', 'no/t.jsonl'], 'no/t.jsonl', 'there is no folder'),
  badFile('telemetry that is a folder', ['-t', 'folder'], 'folder', 'is a folder'),
  badFile('telemetry into the module', ['-t', './g.mjs'], 'g.mjs', 'Name another file'),
  badFile(
    'telemetry and summary in one file',
    ['-t', 'old.json', '-s', 'old.json'],
    'old.json',
    'Name another file',
    {
      'old.json': 'old',
    },
  ),
  badFile('a config that is not there', ['-c', 'd.json'], 'd.json', 'Did you mean c.json?'),
  badFile('a config that is a folder', ['-c', 'folder'], 'folder', 'is no file'),
]
