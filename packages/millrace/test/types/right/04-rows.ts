import { parallel } from 'millrace'
import { fromIterable, id, map } from 'millrace/terms'

const named = fromIterable([1]).parallel({ n: id(), text: map(String) })
named.pipe(map(({ n, text }) => n.toFixed() + text.trim()))
parallel(fromIterable([1]), fromIterable(['a'])).pipe(map(([n, text]) => n.toFixed() + text.trim()))
