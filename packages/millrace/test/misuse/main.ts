/** Judges the whole corpus and prints it as JSON, or in words with `--print [area]`. Started by the chaos benchmark. */

import { commandCases, programCases } from './corpus.ts'
import { judgeCommands, judgeProgram, type Verdict } from './judge.ts'

const [flag, only] = process.argv.slice(2)

const judged: Record<string, readonly Verdict[]> = {}
for (const [area, cases] of Object.entries(commandCases)) {
  if (only === undefined || only === area) judged[area] = await judgeCommands(cases)
}
if (only === undefined || only === 'programs') {
  const verdicts: Verdict[] = []
  for (const misuse of programCases) verdicts.push(await judgeProgram(misuse))
  judged['programs'] = verdicts
}

if (flag !== '--print') console.log(JSON.stringify(judged))
else {
  for (const [area, verdicts] of Object.entries(judged)) {
    for (const { name, complaints, seen } of verdicts) {
      console.log(
        `${complaints.length === 0 ? 'ok ' : 'BAD'} ${area}: ${name} ${complaints.join('; ')}\n    ${seen.trimEnd().slice(0, 600)}`,
      )
    }
  }
}
