import { fromIterable, id, map } from 'millrace/terms'

fromIterable([1])
  .parallel({ n: id(), text: map(String) })
  .port('texts')
