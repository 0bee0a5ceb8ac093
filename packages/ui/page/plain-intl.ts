/**
 * What the chart library asks of `Intl` as it is loaded: formats that this page gives itself. A browser takes 50 ms and more
 * to load its languages for the real ones. The build puts it where `Intl` is named.
 */
export const PlainIntl = {
  NumberFormat: class {
    format(value: number): string {
      return String(value)
    }
  },
  DateTimeFormat: class {
    resolvedOptions(): { readonly timeZone: string } {
      return { timeZone: '' }
    }
  },
}
