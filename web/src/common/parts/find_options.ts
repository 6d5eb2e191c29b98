export interface Option {
  readonly value: string;
  readonly text: string;
}

// Without case and accents, because phones put them where they please.
function simplify(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

// The options in which every typed word occurs; all of them when nothing is typed.
export function findOptions<Candidate extends Option>(options: readonly Candidate[], typed: string): Candidate[] {
  const words = simplify(typed).split(/\s+/).filter(Boolean);
  return options.filter(({ text }) => words.every((word) => simplify(text).includes(word)));
}
