import type { TreeHead } from './merkle.js';
import { parseNote, type SignedNote, signNote } from './signed-note.js';

/** What a log says of itself at one size (C2SP tlog-checkpoint). */
export interface Checkpoint extends TreeHead {
  /** The name of the log, and of the key that signs for it. */
  readonly origin: string;
  /** Further lines, which only the log's own program reads. */
  readonly extensions: readonly string[];
}

/** Signs a checkpoint with each seed, under the name of its log. @param seeds - 32 bytes each */
export function signCheckpoint(checkpoint: Checkpoint, seeds: readonly Uint8Array[]): string {
  const { origin, size, root, extensions } = checkpoint;
  const lines = [origin, String(size), Buffer.from(root).toString('base64'), ...extensions];
  const text = lines.map((line) => `${line}\n`).join('');
  return signNote(
    text,
    seeds.map((seed) => ({ name: origin, seed })),
  );
}

/** A checkpoint as it was read, with its signatures. */
export interface ReadCheckpoint extends Checkpoint {
  readonly note: SignedNote;
}

/** @returns undefined if the text is no checkpoint; its signatures are not checked (`checkNote`) */
export function parseCheckpoint(text: string): ReadCheckpoint | undefined {
  const note = parseNote(text);
  if (note === undefined) return undefined;
  const [origin = '', size = '', encoded = '', ...extensions] = note.text.slice(0, -1).split('\n');
  const root = Buffer.from(encoded, 'base64');
  const isRoot = root.length === 32 && root.toString('base64') === encoded;
  const isSize = /^(0|[1-9]\d{0,15})$/.test(size) && Number.isSafeInteger(Number(size));
  if (origin === '' || !isRoot || !isSize || extensions.includes('')) return undefined;
  return { origin, size: Number(size), root, extensions, note };
}
