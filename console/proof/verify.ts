import { base64, isSame, sha256, unbase64, utf8 } from './bytes.js';
import { type Checkpoint, checkSignature, type LogKey, readCheckpoint } from './note.js';
import { isConsistent, isIncluded, leafHash, Tree } from './tree.js';

/** What is wrong with the log, and where. */
export interface Fault {
  readonly kind: 'changed' | 'order' | 'root' | 'signature' | 'chain' | 'beside' | 'cut' | 'rewritten' | 'unreadable';
  /** Id of an event, or name of a log. */
  readonly where: string;
}

/** What the check of a whole log shows. */
export interface Verdict {
  readonly events: number;
  readonly faults: readonly Fault[];
  /** Checkpoints that the key signed, and others. */
  readonly signed: number;
  readonly unsigned: number;
  /** Events of which only the hash is left. */
  readonly pruned: number;
  /** The newest checkpoint of each log that was signed with the key: what to hold the log to the next time. */
  readonly heads: Readonly<Record<string, string>>;
}

/** What a log is checked against. */
export interface Known {
  /** Without it hashes are checked, and no signature. */
  readonly key: LogKey | undefined;
  /** Checkpoints of the last time, by log. */
  readonly heads: Readonly<Record<string, string>>;
}

type Line = Readonly<Record<string, unknown>>;

/** Checks an export line by line, as it comes. After a changed event it goes on with the hash that the event claims. */
export async function verifyExport(
  lines: AsyncIterable<string>,
  known: Known,
  tell: (events: number) => void,
): Promise<Verdict> {
  const checking = new Checking(known);
  for await (const line of lines) {
    await checking.line(line);
    if (checking.events % 100 === 0) tell(checking.events);
  }
  return checking.finish();
}

interface Beside {
  readonly at: string;
  readonly writer: string;
  readonly size: number;
  readonly root: string;
  /** The key signed the checkpoint that says so. */
  readonly isSigned: boolean;
}

class Log {
  readonly tree = new Tree();
  readonly roots = new Map<number, string>();
  last = { size: 0, digest: '' };
  signed = 0;
}

class Checking {
  readonly #known: Known;
  readonly #kept: readonly Checkpoint[];
  readonly #logs = new Map<string, Log>();
  readonly #faults: Fault[] = [];
  readonly #beside: Beside[] = [];
  readonly #heads: Record<string, string> = {};
  #count = { signed: 0, unsigned: 0, pruned: 0, lines: 0 };
  #isWhole = false;
  events = 0;

  constructor(known: Known) {
    this.#known = known;
    this.#kept = Object.values(known.heads).flatMap((note) => readCheckpoint(note) ?? []);
  }

  async line(text: string): Promise<void> {
    const value = parsed(text);
    this.#count.lines += 1;
    if (value === undefined) return this.#blame('unreadable', `line ${this.#count.lines}`);
    if (this.#count.lines === 1) return;
    if (hasOnly(value, ['end'])) {
      this.#isWhole = value['end'] === this.events;
      return;
    }
    const writer = String(value['writer']);
    const log = this.#logs.get(writer) ?? new Log();
    this.#logs.set(writer, log);
    if (hasOnly(value, ['writer', 'checkpoint'])) return this.#checkpoint(log, writer, value['checkpoint']);
    await this.#event(log, writer, value);
  }

  async #event({ tree }: Log, writer: string, value: Line): Promise<void> {
    const id = `${writer}/${tree.size}`;
    this.events += 1;
    if (value['place'] !== tree.size) this.#blame('order', id);
    const [stated, computed] = [unbase64(value['hash']), await leafOf(value)];
    if (computed === 'pruned') this.#count.pruned += 1;
    else if (!isSame(stated, computed)) this.#blame('changed', id);
    await tree.add(stated?.length === 32 ? stated : new Uint8Array(32));
    for (const { writer: name, size, root } of this.#kept) {
      if (name === writer && size === tree.size && !isSame(root, await tree.root())) this.#blame('rewritten', id);
    }
  }

  async #checkpoint(log: Log, writer: string, note: unknown): Promise<void> {
    const { tree, last } = log;
    const found = readCheckpoint(note);
    const where = `${writer}/${tree.size - 1}`;
    if (found?.writer !== writer || found.size !== tree.size || found.size <= last.size) {
      return this.#blame('unreadable', where);
    }
    if (!isSame(found.root, await tree.root())) this.#blame('root', where);
    const former = found.more.find((line) => line.startsWith('previous '));
    if (former !== (last.size === 0 ? undefined : `previous ${last.digest}`)) this.#blame('chain', where);
    const isSigned = await this.#signature(found, log, where);
    for (const line of found.more) {
      const [, name, size, root] = /^beside ([a-z0-9-]{1,64}) (\d{1,15}) (\S{44})$/.exec(line) ?? [];
      if (name !== undefined && root !== undefined) {
        this.#beside.push({ at: where, writer: name, size: Number(size), root, isSigned });
      }
    }
    log.roots.set(found.size, base64(found.root));
    log.last = { size: found.size, digest: base64(await sha256(utf8(found.note))) };
  }

  async #signature(found: Checkpoint, log: Log, where: string): Promise<boolean> {
    const { key } = this.#known;
    const verdict = key === undefined ? 'unknown' : await checkSignature(found, key);
    if (verdict === 'invalid') this.#blame('signature', where);
    if (verdict !== 'valid') {
      this.#count.unsigned += 1;
      return false;
    }
    this.#count.signed += 1;
    log.signed = found.size;
    this.#heads[found.writer] = found.note;
    return true;
  }

  finish(): Verdict {
    if (!this.#isWhole) this.#blame('cut', 'end');
    for (const { at, writer, size, root } of this.#beside) {
      if (this.#logs.get(writer)?.roots.get(size) !== root) this.#blame('beside', at);
    }
    for (const { writer, size } of this.#kept) {
      if ((this.#logs.get(writer)?.tree.size ?? 0) < size) this.#blame('cut', `${writer}/${size - 1}`);
    }
    if (this.#known.key !== undefined) {
      for (const [writer, { tree, signed }] of this.#logs) {
        // A log that has nothing new since a new root key is signed with the new key in the checkpoints of others only.
        const beside = this.#beside.filter((one) => one.writer === writer && one.isSigned).map(({ size }) => size);
        if (Math.max(signed, ...beside) < tree.size) this.#blame('signature', `${writer}/${tree.size - 1}`);
      }
    }
    const { signed, unsigned, pruned } = this.#count;
    return { events: this.events, faults: this.#faults, signed, unsigned, pruned, heads: this.#heads };
  }

  #blame(kind: Fault['kind'], where: string): void {
    if (this.#faults.length < 100) this.#faults.push({ kind, where });
  }
}

/** An event as the list shows it. */
export interface Shown {
  /** `main/3`. */
  readonly id: string;
  /** Null where only the hash is left. */
  readonly at: string | null;
  readonly event: string | null;
  /** Null where it was deleted. */
  readonly detail: Line | null;
}

/** Proof that one event is in the log and says what is shown of it. @returns what is wrong */
export async function verifyEvent(
  proof: unknown,
  shown: Shown,
  { key }: Pick<Known, 'key'>,
): Promise<Fault['kind'] | undefined> {
  const value = isObject(proof) ? proof : {};
  const event = isObject(value['event']) ? value['event'] : {};
  const [head, hashes] = [readCheckpoint(value['checkpoint']), hashesOf(value['proof'])];
  const place = event['place'];
  if (head === undefined || hashes === undefined || typeof place !== 'number' || event['writer'] !== head.writer) {
    return 'unreadable';
  }
  const [stated, computed] = [unbase64(event['hash']), await leafOf(event)];
  if (stated === undefined || (computed !== 'pruned' && !isSame(stated, computed))) return 'changed';
  if (!isShown(event, shown)) return 'changed';
  if (!(await isIncluded(stated, place, { ...head, proof: hashes }))) return 'root';
  return key !== undefined && (await checkSignature(head, key)) !== 'valid' ? 'signature' : undefined;
}

/** True where a proof is about what is shown: the server gives both, and could prove another event. */
function isShown({ writer, place: at, at: time, code, detail }: Line, shown: Shown): boolean {
  return (
    `${writer}/${at}` === shown.id &&
    (typeof time === 'number' ? new Date(time).toISOString() : null) === shown.at &&
    (code ?? null) === shown.event &&
    JSON.stringify(detail ?? null) === JSON.stringify(shown.detail)
  );
}

/** Proof that a log only grew since the last time. @returns the new checkpoint, or what is wrong */
export async function verifyGrowth(
  proof: unknown,
  former: string,
  { key }: Known,
): Promise<{ readonly note: string; readonly from: number; readonly to: number } | Fault['kind']> {
  const value = isObject(proof) ? proof : {};
  const [before, head, hashes] = [
    readCheckpoint(former),
    readCheckpoint(value['checkpoint']),
    hashesOf(value['proof']),
  ];
  if (before === undefined || head === undefined || hashes === undefined) return 'unreadable';
  if (before.origin !== head.origin || !(await isConsistent(before, head, hashes))) return 'rewritten';
  if (key !== undefined && (await checkSignature(head, key)) !== 'valid') return 'signature';
  return { note: head.note, from: before.size, to: head.size };
}

const place = ['writer', 'place', 'hash'];
const said = [...place, 'at', 'code'];

/**
 * Hash of the leaf of an event (docs/audit.md), from what is said of it; `pruned`: only its hash is left. What the hash does not cover
 * would be taken for a part of what was signed, so an event has no other member.
 */
async function leafOf(event: Line): Promise<Uint8Array | 'pruned' | undefined> {
  if (hasOnly(event, place)) return 'pruned';
  if (!hasOnly(event, [...said, 'commitment']) && !hasOnly(event, [...said, 'salt', 'detail'])) return undefined;
  const { at, code, commitment, salt, detail } = event;
  if (typeof at !== 'number' || typeof code !== 'string') return undefined;
  const bytes = unbase64(salt);
  const text = isObject(detail) ? JSON.stringify(detail) : String(detail);
  // With a salt of another length, a part of the detail could pass for a part of the salt.
  const sealed = commitment ?? (bytes?.length === 16 ? base64(await sha256(bytes, utf8(text))) : undefined);
  return sealed === undefined ? undefined : leafHash(`custos-audit/1\n${at}\n${code}\n${sealed}\n`);
}

function hasOnly(value: Line, names: readonly string[]): boolean {
  return Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name));
}

function hashesOf(list: unknown): readonly Uint8Array[] | undefined {
  if (!Array.isArray(list) || list.length > 64) return undefined;
  const hashes = list.flatMap((one) => unbase64(one) ?? []);
  return hashes.length === list.length && hashes.every(({ length }) => length === 32) ? hashes : undefined;
}

function isObject(value: unknown): value is Line {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
