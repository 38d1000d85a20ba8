import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ChainRegistry } from '../../core/chain/chain.js';
import {
  type MessageContent,
  messageContent,
  messageText,
  readSignedMessage,
} from '../../core/chain/message-content.js';
import { CustosError } from '../../core/errors.js';
import { defaultTenant, type Network } from '../../core/ids.js';
import { newRequestId } from '../../core/network/request-id.js';
import type { AcceptRequest } from '../../core/store/intake-facts.js';
import type { JournalEntry } from '../../core/store/journal.js';
import { readArgument } from './argument.js';
import type { Acceptance } from './carried.js';
import { keysSchema, readTransaction } from './transaction.js';

/** A message to sign: exactly one of `text`, `bytes`, `typedData` and `hash`. */
export interface MessageRequest {
  /** Ticker of the chain, e.g. `ETH`. */
  readonly chain: string;
  /** The key that signs; `index` for wallets with a mnemonic. */
  readonly key: { readonly signatureId: string; readonly index?: number };
  readonly text?: string;
  readonly bytes?: Uint8Array;
  /** JSON of EIP-712. */
  readonly typedData?: string;
  /** 32 bytes. */
  readonly hash?: Uint8Array;
  /** 1 to 255 characters that the program chooses for this one request: under the same key it is signed once. */
  readonly idempotencyKey: string;
  /** The program's own name for it; at most 255 characters. */
  readonly reference?: string;
}

/** What became of a message. `signed` is not among it: the signature is. */
export interface SignedAnswer extends Omit<Acceptance, 'signed' | 'txId'> {
  /** In the form that docs/messages.md names for the chain. */
  readonly signature?: string;
  /** Where the signature alone does not say whose it is. */
  readonly publicKey?: string;
}

const short = z.string().min(1).max(255);
const bytes = z.instanceof(Uint8Array);
const schema = z.strictObject({
  chain: short,
  key: keysSchema.element,
  text: z.string().exactOptional(),
  bytes: bytes.exactOptional(),
  typedData: z.string().exactOptional(),
  hash: bytes.exactOptional(),
  idempotencyKey: short,
  reference: short.exactOptional(),
});

/**
 * Reads a message of the embedding program.
 * @throws CustosError ARGUMENT_INVALID, CHAIN_UNKNOWN, MESSAGE_INVALID, SIGNATURE_ID_INVALID, INDEX_INVALID
 */
export function readMessageRequest(
  value: unknown,
  { chains, network, now }: { readonly chains: ChainRegistry; readonly network: Network; readonly now: number },
): AcceptRequest {
  const { chain, key, idempotencyKey, reference, ...given } = readArgument(schema, value, 'signMessage');
  const content = contentOf(given);
  const { kind } = content;
  const unsigned = messageText(content);
  const transaction = { id: newRequestId(now), chain, keys: [key], unsigned };
  const pending = readTransaction(transaction, { chains, network, what: 'signMessage' });
  const asked = [network, pending.chain, pending.keys, kind, unsigned, reference ?? null];
  return {
    tenant: defaultTenant,
    source: 'library',
    kind,
    delivery: 'return',
    pending: { ...pending, kind },
    idempotency: { key: idempotencyKey, digest: createHash('sha256').update(JSON.stringify(asked)).digest('hex') },
    ...(reference !== undefined && { reference }),
  };
}

/** What a program is told of a message. */
export function signedAnswer(
  { txId: _, signed: __, ...carried }: Acceptance,
  entry: JournalEntry | undefined,
): SignedAnswer {
  const { state, signed } = entry ?? {};
  return { ...carried, ...(state === 'completed' && signed !== undefined && readSignedMessage(signed)) };
}

type Given = Pick<z.infer<typeof schema>, 'text' | 'bytes' | 'typedData' | 'hash'>;

function contentOf(given: Given): MessageContent {
  const { text, typedData, hash } = given;
  if (Object.values(given).length !== 1) {
    throw new CustosError('ARGUMENT_INVALID', 'signMessage: needs exactly one of text, bytes, typedData and hash');
  }
  if (text !== undefined) return messageContent({ kind: 'message', text });
  if (typedData !== undefined) return messageContent({ kind: 'typed-data', json: typedData });
  if (hash !== undefined) return messageContent({ kind: 'hash', bytes: hash });
  return messageContent({ kind: 'message', bytes: given.bytes ?? new Uint8Array(0) });
}
