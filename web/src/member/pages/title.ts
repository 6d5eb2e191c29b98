export function pageTitle(page: string, business: string): string {
  return `${page} – ${business}`;
}
