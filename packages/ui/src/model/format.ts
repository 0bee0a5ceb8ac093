/** Figures as people read them. Used by the page, the report and drawings. */

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** `950`, `12.4 k`, `3.1 M`. */
export function count(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value < 1000)
    return value > 0 && value < 10 && !Number.isInteger(value) ? value.toFixed(1) : value.toFixed(0)
  const [scale, unit] = value < 1e6 ? [1e3, 'k'] : value < 1e9 ? [1e6, 'M'] : [1e9, 'G']
  const scaled = value / scale
  return `${scaled < 100 ? scaled.toFixed(1) : scaled.toFixed(0)} ${unit}`
}

/** `12,345`. */
export function whole(value: number): string {
  return grouped(String(Math.round(value)))
}

// not `toLocaleString`: a browser takes 50 ms and more to load its languages, before the first picture
function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `09:41:07`, of a moment in ms since the epoch. */
export function clockTime(time: number): string {
  const date = new Date(time)
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}

/** `93 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

/** `12.4 MiB`. */
export function bytes(value: number): string {
  let unit = 0
  for (; value >= 1024 && unit < SIZES.length - 1; unit++) value /= 1024
  return `${value < 10 && unit > 0 ? value.toFixed(1) : value.toFixed(0)} ${SIZES[unit]}`
}

/** `0.4 s`, `12 s`, `3 min 5 s`, `2 h 14 min`. */
export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}

/** `0.4 ms`, `12 ms`, `1.3 s`: of a time that is short, or an estimate. */
export function shortly(ms: number): string {
  if (ms >= 1000) return duration(ms)
  return `${ms < 0.1 ? ms.toFixed(2) : ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`
}

/** Cut to `length` characters. */
export function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}
