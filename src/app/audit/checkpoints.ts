import { CompactRange } from '../../core/audit/tree.js';
import { CustosError } from '../../core/errors.js';
import {
  type BesideLog,
  type CheckpointRequest,
  type CheckpointSigner,
  MOST_BESIDE,
  MOST_LEAVES,
} from '../../core/signing/checkpoint.js';
import type { AuditHead, AuditLog, StoredCheckpoint } from '../../core/store/audit.js';
import { parseCheckpoint } from '../../crypto/checkpoint.js';

/** Leaves of one request, as long as the signer follows. */
const STEP = 1_000;
/** How many events before its end a log is looked at for an older checkpoint. */
const BACK = [STEP, 10 * STEP, MOST_LEAVES];

/** What a signer signed last for a log. */
interface Edge {
  readonly tree: CompactRange;
  readonly note: string;
}

/** From where on a log is signed, and how much of it at once. */
interface Start {
  readonly edge: Edge | undefined;
  readonly most: number;
}

type Rest = Pick<CheckpointRequest, 'beside' | 'former'>;

/** A log, as far as its signatures go. */
export type SignedLog = Pick<AuditLog, 'heads' | 'newest' | 'checkpoints' | 'hashes' | 'addCheckpoint'>;

/** Has the heads of a store's logs signed, each from where the last signature of this process ended. */
export class Checkpoints {
  readonly #log: SignedLog;
  readonly #sign: CheckpointSigner['sign'];
  readonly #now: () => number;
  readonly #edges = new Map<string, Edge>();

  constructor(log: SignedLog, sign: CheckpointSigner['sign'], now: () => number) {
    this.#log = log;
    this.#sign = sign;
    this.#now = now;
  }

  /** Signs every log that has events behind its newest checkpoint. @throws CustosError AUDIT_BROKEN, STORE_*, SIGNER_* */
  async signAll(): Promise<void> {
    for (const head of await this.#log.heads()) await this.#signHead(head);
  }

  async #signHead(head: AuditHead): Promise<void> {
    // Another process may sign at the same time; then this one names that checkpoint as the one before.
    for (;;) {
      const newest = await this.#log.newest();
      const former = newest.find(({ writer }) => writer === head.writer);
      if (former !== undefined && former.size >= head.size) return;
      const checkpoint = await this.#signTo(head, former, besideOf(newest, head.writer));
      if (await this.#log.addCheckpoint(checkpoint, former)) return;
    }
  }

  async #signTo(
    head: AuditHead,
    former: StoredCheckpoint | undefined,
    beside: readonly BesideLog[],
  ): Promise<StoredCheckpoint> {
    const { writer } = head;
    const rest = { beside, ...(former && { former: former.note }) };
    const edge = this.#edges.get(writer) ?? edgeOf(former);
    let next = await this.#step(head, { edge, most: STEP }, rest).catch((error: unknown) => {
      if (edge === undefined || !isBroken(error)) throw error;
      return this.#stepFromBefore(head, former, rest);
    });
    while (next.tree.size < head.size) next = await this.#step(head, { edge: next, most: STEP }, rest);
    requireTree(head, next.tree);
    return { writer, size: head.size, hashes: textOf(next.tree.hashes), note: next.note, at: this.#now() };
  }

  /**
   * The signer may have signed something else than this process knows: a command signed by itself meanwhile, or a process ended
   * before it stored a checkpoint. It follows from an older one, if the leaves go through what it signed last. A new key signs what
   * a former one signed only from the first event on.
   */
  async #stepFromBefore(head: AuditHead, former: StoredCheckpoint | undefined, rest: Rest): Promise<Edge> {
    const { writer, size } = head;
    const older = BACK.map((back) => this.#log.checkpoints({ writer, from: Math.max(0, size - back), limit: 1 }));
    const found = [former, ...(await Promise.all(older)).flat()].flatMap((one) => edgeOf(one) ?? []);
    const starts = new Map(found.map((edge) => [edge.tree.size, edge]));
    for (const edge of starts.values()) {
      try {
        return await this.#step(head, { edge, most: MOST_LEAVES }, rest);
      } catch (error) {
        if (!isBroken(error)) throw error;
      }
    }
    return this.#step(head, { edge: undefined, most: MOST_LEAVES }, rest);
  }

  async #step({ writer, size }: AuditHead, { edge, most }: Start, rest: Rest): Promise<Edge> {
    const tree = new CompactRange(edge?.tree.size, edge?.tree.hashes);
    const leaves = await this.#leaves(writer, tree.size, Math.max(0, Math.min(most, size - tree.size)));
    const start = { size: tree.size, hashes: Buffer.concat(tree.hashes), ...(edge && { note: edge.note }) };
    const note = await this.#sign({ writer, start, leaves: Buffer.concat(leaves), ...rest });
    for (const leaf of leaves) tree.append(leaf);
    requireNote(note, writer, tree);
    const next = { tree, note };
    this.#edges.set(writer, next);
    return next;
  }

  async #leaves(writer: string, from: number, limit: number): Promise<readonly Uint8Array[]> {
    const leaves = await this.#log.hashes({ writer, from, limit });
    const isWhole = leaves.length === limit && leaves.every(({ length }) => length === 32);
    if (isWhole) return leaves;
    throw new CustosError('AUDIT_BROKEN', `the audit log ${writer} lacks an event from ${from} to ${from + limit - 1}`);
  }
}

/** @throws CustosError SIGNER_DIED: the signer answered with a checkpoint of something else */
function requireNote(note: string, writer: string, tree: CompactRange): void {
  const found = parseCheckpoint(note);
  const isOwn = found?.size === tree.size && found.origin.endsWith(`/${writer}`);
  if (isOwn && Buffer.compare(found.root, tree.root()) === 0) return;
  throw new CustosError('SIGNER_DIED', `the signer answered with a checkpoint of something else than ${writer}`);
}

/** @throws CustosError AUDIT_BROKEN: leaves were changed since this store wrote them */
function requireTree({ writer, size, hashes }: AuditHead, tree: CompactRange): void {
  const head = new CompactRange(size, hashes);
  if (Buffer.compare(head.root(), tree.root()) === 0) return;
  throw new CustosError(
    'AUDIT_BROKEN',
    `events of the audit log ${writer} below ${size} are not those that were written`,
  );
}

/** Where a checkpoint ends; undefined if what is stored beside it does not have its root. */
function edgeOf(checkpoint: StoredCheckpoint | undefined): Edge | undefined {
  const found = checkpoint === undefined ? undefined : parseCheckpoint(checkpoint.note);
  if (checkpoint === undefined || found === undefined) return undefined;
  const { size, note, hashes } = checkpoint;
  const list = hashes === '' ? [] : hashes.split(' ').map((one) => Buffer.from(one, 'base64'));
  const tree = new CompactRange(size, list);
  const isWhole = CompactRange.fits(size, list) && found.size === size;
  return isWhole && Buffer.compare(tree.root(), found.root) === 0 ? { tree, note } : undefined;
}

function textOf(hashes: readonly Uint8Array[]): string {
  return hashes.map((one) => Buffer.from(one).toString('base64')).join(' ');
}

function isBroken(error: unknown): boolean {
  return error instanceof CustosError && error.code === 'AUDIT_BROKEN';
}

function besideOf(newest: readonly StoredCheckpoint[], own: string): readonly BesideLog[] {
  const others = newest.filter(({ writer }) => writer !== own);
  return others.slice(0, MOST_BESIDE).flatMap(({ writer, note }) => {
    const found = parseCheckpoint(note);
    return found === undefined ? [] : [{ writer, size: found.size, root: Buffer.from(found.root).toString('base64') }];
  });
}
