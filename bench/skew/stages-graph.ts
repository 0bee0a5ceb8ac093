// The graph of the five stages: a term for each, and the sum of what comes out.

import { graph } from 'millrace'
import { fromIterable, map, reduce } from 'millrace/terms'
import { type Page, pagesOf, stages, total } from './pages.ts'

const [amplify, shift, rectify, clip, halve] = stages as [Stage, Stage, Stage, Stage, Stage]

type Stage = (page: Page) => Page

export default graph(import.meta.url, ({ count }: { readonly count: number }) =>
  fromIterable(() => pagesOf(count)).pipe(
    map(amplify),
    map(shift),
    map(rectify),
    map(clip),
    map(halve),
    reduce((sum, page) => sum + total(page), 0),
  ),
)
