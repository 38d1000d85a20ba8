import { readFileSync } from 'node:fs';

/** What the standard says that shares give; an empty secret means that they are to be refused. */
interface Slip39Vectors {
  readonly source: string;
  readonly vectors: readonly { readonly name: string; readonly shares: readonly string[]; readonly secret: string }[];
}

export function readVectors(): Slip39Vectors {
  return JSON.parse(readFileSync(new URL('../vectors/slip39.json', import.meta.url), 'utf8'));
}
