import { hash } from 'node:crypto';
import { originOf } from '../../core/audit/leaf.js';
import { CompactRange } from '../../core/audit/tree.js';
import { CustosError } from '../../core/errors.js';
import type { JsonObject } from '../../core/json.js';
import { parseCheckpoint, type ReadCheckpoint } from '../../crypto/checkpoint.js';
import { checkNote } from '../../crypto/signed-note.js';
import { leafOf } from './leaf-of.js';
import type { WitnessedHead } from './witness.js';

/** What is known of one log after it was checked. */
export interface LogResult {
  readonly writer: string;
  readonly events: number;
  readonly checkpoints: number;
  /** Checkpoints without a signature of the given key. */
  readonly otherKeys: number;
  /** Events of which only the hash is left. */
  readonly erased: number;
}

interface LogParts {
  readonly storeId: string;
  readonly writer: string;
  readonly publicKey: Uint8Array;
  /** Heads of this log that were kept elsewhere. */
  readonly witnessed?: readonly WitnessedHead[];
}

/** What a checkpoint says of another log. */
interface BesideLine {
  readonly line: number;
  readonly writer: string;
  readonly size: number;
  readonly root: string;
  /** The key signed the checkpoint. */
  readonly isSigned: boolean;
}

/** Follows one log event by event, and checks every checkpoint where it stands. */
export class LogVerifier {
  readonly #parts: LogParts;
  readonly #tree = new CompactRange();
  /** Roots in Base64 by size, where there is a checkpoint. */
  readonly #roots = new Map<number, string>();
  readonly #beside: BesideLine[] = [];
  #last = { size: 0, signed: 0, digest: '' };
  #erased = 0;
  #otherKeys = 0;

  constructor(parts: LogParts) {
    this.#parts = parts;
  }

  /** @throws CustosError AUDIT_BROKEN */
  event(value: JsonObject, line: number): void {
    const { place } = value;
    const id = `${this.#parts.writer}/${this.#tree.size}`;
    if (place !== this.#tree.size) throw this.#broken(line, `has event ${String(place)} where ${id} belongs`);
    const stated = typeof value['hash'] === 'string' ? value['hash'] : '';
    const computed = leafOf(value);
    if (computed === 'unreadable') throw this.#broken(line, 'has an event with other members than an event has');
    if (computed === undefined) this.#erased += 1;
    const leaf = Buffer.from(stated, 'base64');
    // Only one spelling: Node also reads others.
    if (
      leaf.length !== 32 ||
      base64(leaf) !== stated ||
      (computed !== undefined && Buffer.compare(computed, leaf) !== 0)
    ) {
      throw this.#broken(line, `has event ${id}, which does not have its hash: it was changed`);
    }
    this.#tree.append(leaf);
    this.#compare(line);
  }

  /** @throws CustosError AUDIT_BROKEN: a head that was kept elsewhere is of other events */
  #compare(line: number): void {
    const { size } = this.#tree;
    const heads = this.#parts.witnessed?.filter((one) => one.size === size) ?? [];
    if (heads.every(({ root }) => Buffer.compare(root, this.#tree.root()) === 0)) return;
    throw this.#broken(
      line,
      `ends other ${size} events than the witness saw: one of them was changed and signed again`,
    );
  }

  /** @throws CustosError AUDIT_BROKEN */
  checkpoint(text: unknown, line: number): void {
    const { storeId, writer, publicKey } = this.#parts;
    const found = typeof text === 'string' ? parseCheckpoint(text) : undefined;
    const origin = originOf(storeId, writer);
    if (found === undefined || found.origin !== origin) throw this.#broken(line, `has no checkpoint of ${writer}`);
    if (found.size !== this.#tree.size || found.size <= this.#last.size) {
      throw this.#broken(line, `has a checkpoint of ${found.size} events behind ${this.#tree.size}`);
    }
    const verdict = checkNote(found.note, { name: origin, publicKey });
    if (verdict === 'invalid') throw this.#broken(line, `has a checkpoint of ${writer} that the key did not sign`);
    if (Buffer.compare(found.root, this.#tree.root()) !== 0) {
      throw this.#broken(
        line,
        `has a checkpoint of other events than those from ${writer}/${this.#last.size} to ${writer}/${found.size - 1}`,
      );
    }
    this.#follow(found, { line, isSigned: verdict === 'valid' });
    if (verdict === 'unknown') this.#otherKeys += 1;
    const signed = verdict === 'valid' ? found.size : this.#last.signed;
    this.#last = { size: found.size, signed, digest: hash('sha256', String(text), 'base64') };
    this.#roots.set(found.size, base64(found.root));
  }

  /** Reads the lines of a checkpoint that point to others. */
  #follow({ extensions, size }: ReadCheckpoint, at: Pick<BesideLine, 'line' | 'isSigned'>): void {
    const { line } = at;
    const former = extensions.find((text) => text.startsWith('previous '));
    const wanted = this.#last.size === 0 ? undefined : `previous ${this.#last.digest}`;
    if (former !== wanted) {
      throw this.#broken(line, `has a checkpoint of ${size} events that does not follow the one before it`);
    }
    for (const text of extensions) {
      const [, writer, count, root] = /^beside ([a-z0-9-]{1,64}) (\d{1,16}) ([A-Za-z0-9+/]{43}=)$/.exec(text) ?? [];
      if (writer !== undefined && root !== undefined) {
        this.#beside.push({ ...at, writer, size: Number(count), root });
      }
    }
  }

  /** How far other logs go by what the key signed for this one. */
  signedBeside(): readonly Pick<BesideLine, 'writer' | 'size'>[] {
    return this.#beside.filter(({ isSigned }) => isSigned);
  }

  /**
   * @param beside - how far this log goes by what the key signed for others: a log that has nothing new since a new root key
   * @throws CustosError AUDIT_BROKEN: events at the end are not signed with the key
   */
  finish(beside = 0): LogResult {
    const { writer } = this.#parts;
    const events = this.#tree.size;
    const signed = Math.max(this.#last.signed, beside);
    if (signed !== events) {
      throw new CustosError('AUDIT_BROKEN', `no checkpoint of the key covers the events from ${writer}/${signed} on`);
    }
    const missed = this.#parts.witnessed?.find(({ size }) => size > events);
    if (missed !== undefined) throw cutOff(missed, events);
    return { writer, events, checkpoints: this.#roots.size, otherKeys: this.#otherKeys, erased: this.#erased };
  }

  /** Checks what checkpoints of this log say of other logs. @throws CustosError AUDIT_BROKEN */
  requireBeside(logs: ReadonlyMap<string, LogVerifier>): void {
    for (const { line, writer, size, root } of this.#beside) {
      if (logs.get(writer)?.rootAt(size) === root) continue;
      throw this.#broken(line, `names a checkpoint of ${writer} with ${size} events that the export does not have`);
    }
  }

  /** Root of a checkpoint of this size, in Base64. */
  rootAt(size: number): string | undefined {
    return this.#roots.get(size);
  }

  #broken(line: number, what: string): CustosError {
    return new CustosError('AUDIT_BROKEN', `line ${line} ${what}`, { details: { line, writer: this.#parts.writer } });
  }
}

/** The tail of a log, or all of it, is missing; an export that is older than the witness looks the same. */
export function cutOff({ writer, size }: Pick<WitnessedHead, 'writer' | 'size'>, events: number): CustosError {
  const text = `the log ${writer} was cut off, or the export is older than the witness: that saw ${size} events, and the export has ${events}`;
  return new CustosError('AUDIT_BROKEN', text, { details: { writer } });
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
