import { CustosError } from '../core/errors.js';
import type { ControlDocuments } from '../core/signing/control.js';
import type { Signer } from '../core/signing/signer.js';
import { ControlBook } from './control/book.js';
import { requireFreezeOf } from './control/freezes.js';
import { type SignerClientOptions, SignerSlot, unexpected } from './signer-slot.js';

/** Questions that wait at one signer before another one may be started. */
const BUSY = 8;
/** Milliseconds over which signers are watched, and the part of it in which one that limits nobody has nothing to do. */
const WATCHED = 1000;
const IDLE = 0.1;

/**
 * Signers in child processes, with the same interface as the signer in this process. Each child has an empty environment and no
 * standard streams, and uses only IPC. A child that dies or hangs is replaced. Signing is pure, so the next process gets each of
 * its requests again, one at a time, before they fail with SIGNER_DIED or SIGNER_TIMEOUT. `unlock` starts the first child; the
 * others start when those that run have more work than they can do, because each costs a key derivation, memory and a core that
 * others may need more: bursts in front of a signer that has idle moments only tell that whoever asks is slower.
 */
export function createSignerClient(options: SignerClientOptions): Signer {
  const { book = new ControlBook(Date.now) } = options;
  const slots = Array.from({ length: options.count }, () => new SignerSlot(options, book));
  const growth = new Growth(slots, options.watched ?? WATCHED);
  const [first] = slots;
  if (first === undefined) throw new CustosError('CONFIG_INVALID', 'at least one signer process is needed');
  /** The newest checkpoint of each log: a process that is replaced forgets them, and a front can have one replaced. */
  const heads = new Map<string, string>();
  const control = async (documents: ControlDocuments): Promise<void> => {
    const answer = await first.ask({ kind: 'examine', request: documents });
    if (answer.kind !== 'examined') throw unexpected(answer);
    book.accept(documents, answer.result);
    for (const slot of slots) slot.tellControl();
    await book.settled();
  };
  return {
    get name() {
      const running = slots.filter((slot) => slot.isRunning);
      return (running.length > 0 ? running : [first]).map((slot) => slot.name).join(', ');
    },
    unlock: () => first.unlock(),
    journalKey: () => first.journalKey(),
    openedBy: () => first.openedBy(),
    async sign(request) {
      book.checkComplete();
      book.refuseFrozen(request);
      const answer = await growth.chosen().ask({ kind: 'sign', request });
      if (answer.kind !== 'signed') throw unexpected(answer);
      // What was signed while a freeze came does not leave.
      book.refuseFrozen(request);
      return answer.result;
    },
    async identify(request) {
      const answer = await growth.chosen().ask({ kind: 'identify', request });
      if (answer.kind !== 'identified') throw unexpected(answer);
      return answer.result;
    },
    async create(request) {
      const answer = await growth.chosen().ask({ kind: 'create', request });
      if (answer.kind !== 'created') throw unexpected(answer);
      return answer.result;
    },
    // Always the same one: it remembers what it signed.
    async checkpoint(request) {
      const { writer } = request;
      const known = heads.get(writer);
      const answer = await first.ask({ kind: 'checkpoint', request: { ...request, ...(known && { known }) } });
      if (answer.kind !== 'checkpoint') throw unexpected(answer);
      if (sizeOf(answer.note) >= sizeOf(heads.get(writer))) heads.set(writer, answer.note);
      return answer.note;
    },
    control,
    async decree(request) {
      // What is known of newer documents counts before anything is sealed.
      await control(request.documents);
      const answer = await first.ask({ kind: 'decree', request });
      if (answer.kind !== 'decreed') throw unexpected(answer);
      return answer.result;
    },
    async freezes({ freezes, ends }) {
      for (const text of freezes) requireFreezeOf(options.storeId, text);
      for (const text of freezes) book.freeze(text);
      const open = ends.filter(({ text }) => book.frozen.includes(text));
      if (open.length > 0) {
        const answer = await first.ask({ kind: 'ends', request: open });
        if (answer.kind !== 'ends') throw unexpected(answer);
        for (const [at, { text }] of open.entries()) if (answer.result[at]) book.unfreeze(text);
      }
      for (const slot of slots) slot.tellControl();
      await book.settled();
      return book.frozen;
    },
    async close() {
      options.password.wipe();
      await Promise.all(slots.map((slot) => slot.close()));
    },
  };
}

/** How many leaves a checkpoint says, in its second line. */
function sizeOf(note = ''): number {
  return Number(note.split('\n', 2)[1] ?? 0);
}

/** Chooses who signs, and starts another signer when those that run are the limit. */
class Growth {
  readonly #slots: readonly SignerSlot[];
  readonly #span: number;
  #watched: { readonly since: number; readonly idle: number } | undefined;

  constructor(slots: readonly SignerSlot[], span: number) {
    this.#slots = slots;
    this.#span = span;
  }

  /** @returns the open signer with the least work; before one is open, the first */
  chosen(): SignerSlot {
    let best: SignerSlot | undefined;
    for (const slot of this.#slots) if (slot.isOpen && (best === undefined || slot.load < best.load)) best = slot;
    if (best !== undefined && best.load >= BUSY && this.#isLimit(best)) {
      this.#slots.find((slot) => !slot.isRunning && slot.mayStart)?.startAhead();
    }
    return best ?? (this.#slots[0] as SignerSlot);
  }

  /** Whether the one with the least work had work nearly all the time. */
  #isLimit(best: SignerSlot): boolean {
    const [now, idle] = [performance.now(), best.idle];
    this.#watched ??= { since: now, idle };
    const span = now - this.#watched.since;
    if (span < this.#span) return false;
    const had = idle - this.#watched.idle;
    this.#watched = undefined;
    return had <= span * IDLE;
  }
}
