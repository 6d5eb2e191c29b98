// What comes late, such as the heading of a page that had to load first, may have the focus only where the reader has not gone on
// meanwhile: into a menu, a field, another link.

// `from` had the focus when the waiting began: it still has it, or it is gone and nothing has.
export function hasWaited(from: Element | null): boolean {
  const now = document.activeElement;
  return now === null || now === document.body || now === from;
}
