// Formats of Intl, each made once: making one takes a phone a good part of a millisecond, and a list of jobs needs a hundred.

const dateFormats = new Map<string, Intl.DateTimeFormat>();
const numberFormats = new Map<string, Intl.NumberFormat>();

function once<Format>(known: Map<string, Format>, key: string, make: () => Format): Format {
  let format = known.get(key);
  if (format === undefined) {
    format = make();
    known.set(key, format);
  }
  return format;
}

// The time zone is said, because that of the browser may change while a page is open.
export function dateFormat(locale: string, options: Intl.DateTimeFormatOptions & { timeZone: string }): Intl.DateTimeFormat {
  return once(dateFormats, `${locale} ${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(locale, options));
}

// The first format of a browser takes a phone a tenth of a second: time that there is while answers are on their way.
export function loadDates(): void {
  dateFormat('en-US', { day: 'numeric', timeZone: 'UTC' }).format(0);
}

export function numberFormat(locale: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  return once(numberFormats, `${locale} ${JSON.stringify(options)}`, () => new Intl.NumberFormat(locale, options));
}

// Whole numbers below a thousand are written by their digits in all languages of the catalogues, which spares most pages the format.
export function formatNumber(value: number, locale: string): string {
  return Number.isInteger(value) && value >= 0 && value < 1000 ? String(value) : numberFormat(locale).format(value);
}
