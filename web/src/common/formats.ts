// Formats of Intl, each made once: making one takes a phone a good part of a millisecond, and a list of jobs needs a hundred.

const dateFormats = new Map<string, Intl.DateTimeFormat>();
const numberFormats = new Map<string, Intl.NumberFormat>();
const pluralRules = new Map<string, Intl.PluralRules>();

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

export function numberFormat(locale: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  return once(numberFormats, `${locale} ${JSON.stringify(options)}`, () => new Intl.NumberFormat(locale, options));
}

export function pluralRule(locale: string): Intl.PluralRules {
  return once(pluralRules, locale, () => new Intl.PluralRules(locale));
}
