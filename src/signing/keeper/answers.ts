import type { SignerFacts } from '../../core/chain/codec.js';
import type { Answer } from '../messages.js';
import { plainSealed } from './sealed-text.js';

/** The text of an answer to a front; bytes are in base64. */
export function answerText(answer: Answer): string {
  switch (answer.kind) {
    case 'unlocked': {
      // Whatever else it has is for the keeper alone.
      const { kind, n, viewKey, journal, slot, state, keeper } = answer;
      const plain = journal && { journal: { ...journal, key: base64(journal.key) } };
      return JSON.stringify({ kind, n, viewKey: base64(viewKey), ...plain, slot, state, keeper });
    }
    case 'created':
      return JSON.stringify({ ...answer, result: plainSealed(answer.result) });
    case 'decreed': {
      const { act } = answer.result;
      if (act === 'unfreeze') return JSON.stringify(answer);
      const { version, box, viewBox } = answer.result.document;
      return JSON.stringify({
        ...answer,
        result: { act, document: { version, box: base64(box), viewBox: base64(viewBox) } },
      });
    }
    case 'identified':
      return JSON.stringify({ ...answer, result: answer.result.map(plainFacts) });
    default:
      return JSON.stringify(answer);
  }
}

function plainFacts({ address, publicKey }: SignerFacts): Readonly<Record<string, unknown>> {
  return { address, ...(publicKey !== undefined && { publicKey: base64(publicKey) }) };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** Where an answer has bytes, which travel as base64. */
const withBytes: ReadonlySet<string> = new Set([
  'viewKey',
  'key',
  'publicKey',
  'publicBox',
  'secretBox',
  'controlBox',
  'box',
  'viewBox',
]);

/**
 * What a keeper sent, with its bytes put back; `parseAnswers` checks it then. A text that is not base64 becomes bytes of a
 * length that is refused there.
 */
export function withItsBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withItsBytes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]: [string, unknown]) => [
      name,
      typeof member === 'string' && withBytes.has(name)
        ? new Uint8Array(Buffer.from(member, 'base64'))
        : withItsBytes(member),
    ]),
  );
}
