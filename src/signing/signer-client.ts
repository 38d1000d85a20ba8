import { CustosError } from '../core/errors.js';
import type { Signer } from '../core/signing/signer.js';
import { type SignerClientOptions, SignerSlot, unexpected } from './signer-slot.js';

/** Questions that wait at one signer before another one is started. */
const BUSY = 8;
/**
 * Signers in child processes behind the same interface as the one in process. Each child has an empty environment, no
 * standard streams, and talks over IPC only. One that dies or hangs is replaced; because signing is pure, the requests
 * that it had are asked once more of its successor, each by itself, before they fail with SIGNER_DIED or SIGNER_TIMEOUT. The
 * first one is started by `unlock`, the others when there is work for them, because each costs a key derivation and memory.
 */
export function createSignerClient(options: SignerClientOptions): Signer {
  const slots = Array.from({ length: options.count }, () => new SignerSlot(options));
  const [first] = slots;
  if (first === undefined) throw new CustosError('CONFIG_INVALID', 'at least one signer process is needed');
  return {
    get name() {
      const running = slots.filter((slot) => slot.isRunning);
      return (running.length > 0 ? running : [first]).map((slot) => slot.name).join(', ');
    },
    unlock: () => first.unlock(),
    journalKey: () => first.journalKey(),
    async sign(request) {
      const answer = await chosen(slots, first).ask({ kind: 'sign', request });
      if (answer.kind !== 'signed') throw unexpected(answer);
      return answer.result;
    },
    async identify(request) {
      const answer = await chosen(slots, first).ask({ kind: 'identify', request });
      if (answer.kind !== 'identified') throw unexpected(answer);
      return answer.result;
    },
    async close() {
      options.password.wipe();
      await Promise.all(slots.map((slot) => slot.close()));
    },
  };
}

/** The open one with the least to do; while that has much to do, another one is started for what comes later. */
function chosen(slots: readonly SignerSlot[], first: SignerSlot): SignerSlot {
  let best: SignerSlot | undefined;
  for (const slot of slots) if (slot.isOpen && (best === undefined || slot.load < best.load)) best = slot;
  if (best !== undefined && best.load >= BUSY) slots.find((slot) => !slot.isRunning && slot.mayStart)?.startAhead();
  return best ?? first;
}
