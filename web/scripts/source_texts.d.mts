export function findTextsInStyle(name: string, text: string): string[];
export function findTextsIn(name: string, text: string): string[];
export function findTextsOutsideCatalogues(): string[];
export function findUsedKeys(keys: readonly string[], counts?: (file: string) => boolean): Set<string>;
