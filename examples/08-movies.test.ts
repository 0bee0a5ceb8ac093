/** Goal: counts agree with a plain recomputation from the file, and quantiles lie within the error that they promise. */
import { afterEach, expect, test, vi } from 'vitest'
import { main, rated, readMovies, wordsOf } from './08-movies.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

test('words and genres agree with a plain recomputation', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const { items } = await main()
  const lines = log.mock.calls.map(([line]) => line as string)
  const movies = readMovies()

  const counts: Record<string, number> = {}
  for (const word of movies.flatMap(wordsOf)) counts[word] = (counts[word] ?? 0) + 1
  const top = Object.entries(counts).sort(([, a], [, b]) => b - a)
  const heading = `words: ${top
    .slice(0, 5)
    .map(([word, count]) => `${word} ${count}`)
    .join(', ')}`
  expect(lines.filter((line) => line.startsWith('words'))).toEqual([heading])

  const byGenre: Record<string, number[]> = {}
  for (const { genre, rating } of movies.flatMap((movie) => rated(movie) ?? []))
    (byGenre[genre] ??= []).push(rating)
  const genres = lines.filter((line) => !line.startsWith('words')).map((line) => line.trim().split(/ {2,}/))
  expect(genres.map(([genre, films]) => [genre, Number(films)])).toEqual(
    Object.entries(byGenre).map(([genre, films]) => [genre, films.length]),
  )
  for (const [genre = '', , ...spread] of genres) {
    const sorted = (byGenre[genre] ?? []).toSorted((a, b) => a - b)
    ;[0.1, 0.5, 0.9].forEach((quantile, i) => {
      const exact = sorted[Math.floor(quantile * (sorted.length - 1))] as number
      // 1 % of the value, and the rounding of what is printed
      expect(Math.abs(Number(spread[i]) - exact)).toBeLessThanOrEqual(0.01 * exact + 0.051)
    })
  }
  expect(items.discarded).toBe(0)
})
