import { type LogKey, readLogKey } from './proof/note.js';

const KEPT = 'custos-log';

/** What this browser holds the log to: its public key, and how far it went the last time. Neither is a secret. */
export interface Pinned {
  readonly key: LogKey | undefined;
  /** Checkpoints by log. */
  readonly heads: Readonly<Record<string, string>>;
}

export async function readPinned(): Promise<Pinned> {
  const kept = parsed(localStorage.getItem(KEPT) ?? '{}');
  const { line, heads } = kept as { line?: unknown; heads?: unknown };
  const key = typeof line === 'string' ? await readLogKey(line) : undefined;
  const known = typeof heads === 'object' && heads !== null ? Object.entries(heads) : [];
  const sound = known.filter((one): one is [string, string] => typeof one[1] === 'string');
  return { key, heads: key === undefined ? {} : Object.fromEntries(sound) };
}

/** Without a key nothing is kept: whoever wrote another log could have had it kept. */
export function keepPinned({ key, heads }: Pinned): void {
  if (key === undefined) localStorage.removeItem(KEPT);
  else localStorage.setItem(KEPT, JSON.stringify({ line: key.line, heads }));
}

function parsed(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
