// Media types as people call them, and which of them the portal sends so that a browser shows them.

const kNames: ReadonlyMap<string, string> = new Map([
  ['text/plain', 'TXT'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'DOCX'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'XLSX'],
  ['application/vnd.oasis.opendocument.text', 'ODT'],
  ['application/vnd.oasis.opendocument.spreadsheet', 'ODS'],
]);
const kPictures: readonly string[] = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];

// "PDF"; null where the type says nothing to a reader.
export function shortType(mediaType: string): string | null {
  const name = kNames.get(mediaType);
  if (name !== undefined) return name;
  const subtype = /^(?:image|text|application)\/([a-z0-9]{1,5})$/.exec(mediaType)?.[1];
  return subtype?.toUpperCase() ?? null;
}

export function isPicture(mediaType: string): boolean {
  return kPictures.includes(mediaType);
}

export function opensInBrowser(mediaType: string): boolean {
  return isPicture(mediaType) || mediaType === 'application/pdf' || mediaType === 'text/plain';
}

export function downloadAddress(url: string): string {
  return `${url}?download=1`;
}
