// The last answers of the API with their tags: asked again, the server need not send what has not changed. They are kept in memory, since
// nothing of the API may lie in the browser's cache, and belong to one membership.

interface Answer {
  readonly tag: string;
  readonly value: unknown;
}

const kMost = 40;

const answers = new Map<string, Answer>();

function nameOf(address: string, membership: string | undefined): string {
  return `${membership ?? ''} ${address}`;
}

export function recallAnswer(address: string, membership: string | undefined): Answer | null {
  return answers.get(nameOf(address, membership)) ?? null;
}

// Without a tag it cannot be asked about.
export function rememberAnswer(address: string, membership: string | undefined, tag: string | null, value: unknown): void {
  const name = nameOf(address, membership);
  answers.delete(name);
  if (tag === null) return;
  answers.set(name, { tag, value });
  // The first is the one that was asked for longest ago.
  if (answers.size > kMost) answers.delete(answers.keys().next().value!);
}

export function forgetAnswers(): void {
  answers.clear();
}
