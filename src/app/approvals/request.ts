import { z } from 'zod';
import type { ChainRegistry } from '../../core/chain/chain.js';
import type { ParseContext, SignerFacts } from '../../core/chain/codec.js';
import type { Effect } from '../../core/chain/effect.js';
import { type MessageKind, messageKinds } from '../../core/chain/message-content.js';
import type { Summary } from '../../core/chain/summary.js';
import { CustosError } from '../../core/errors.js';
import { type ChainId, type Network, parseChainId } from '../../core/ids.js';
import { parseJson } from '../../core/json.js';
import type { PolicyVersion } from '../../core/policy/approval.js';
import { type Demand, demandText, parseDemand } from '../../core/policy/demand.js';
import type { Withdrawal } from '../../core/signing/pending.js';
import { type Intent, intentOf } from '../../policy/intent.js';
import { decodeUnsigned } from '../../signing/unsigned.js';

/** What an approver needs to decide on a machine without a store. Nothing in it is secret, and nothing in it is believed. */
export interface ApprovalRequest {
  readonly store: string;
  /** Id of the pending transaction. */
  readonly pending: string;
  readonly chain: ChainId;
  readonly network: Network;
  /** The form that would be signed now. */
  readonly completed: string;
  /** The keys that sign, the sender's first. */
  readonly signers: readonly SignerFacts[];
  readonly withdrawal?: Withdrawal;
  /** What is signed if it is no transaction. */
  readonly kind?: MessageKind;
  readonly developmentChainId?: bigint;
  readonly policy?: PolicyVersion;
  readonly demands: readonly Demand[];
  readonly initiator?: string;
  /** What the store calls addresses. */
  readonly names: Readonly<Record<string, string>>;
}

/** A transaction as it was decoded on this machine. */
export interface DecodedRequest extends Intent {
  readonly summary: Summary;
  readonly all: readonly Effect[];
}

/** Characters of a request: a completed form of 1 MiB, twice escaped, and room for the rest. */
const MAX_REQUEST = 8 * 1024 * 1024;

const hexadecimal = z.string().regex(/^(?:[0-9a-f]{2})*$/);
const schema = z.strictObject({
  custosApprovalRequest: z.literal(1),
  store: z.string().regex(/^[0-9a-f]{32}$/),
  pending: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  chain: z.string(),
  network: z.enum(['mainnet', 'testnet']),
  completed: z.string(),
  signers: z.array(z.strictObject({ address: z.string(), publicKey: hexadecimal.exactOptional() })).min(1),
  withdrawal: z.strictObject({ id: z.string(), responses: z.array(z.unknown()).exactOptional() }).exactOptional(),
  kind: z.enum(messageKinds).exactOptional(),
  developmentChainId: z
    .string()
    .regex(/^[0-9]{1,30}$/)
    .exactOptional(),
  policy: z.strictObject({ version: z.int().min(1), hash: z.string().regex(/^sha256:[0-9a-f]{64}$/) }).exactOptional(),
  demands: z.array(z.string()),
  initiator: z.string().exactOptional(),
  names: z.record(z.string(), z.string()),
});

/** @returns JSON of one line */
export function requestText({ signers, developmentChainId, demands, ...rest }: ApprovalRequest): string {
  return JSON.stringify({
    custosApprovalRequest: 1,
    ...rest,
    signers: signers.map(({ address, publicKey }) => ({
      address,
      ...(publicKey && { publicKey: Buffer.from(publicKey).toString('hex') }),
    })),
    ...(developmentChainId !== undefined && { developmentChainId: developmentChainId.toString() }),
    demands: demands.map(demandText),
  });
}

/** @throws CustosError APPROVAL_INVALID */
export function readRequest(text: string): ApprovalRequest {
  if (text.length > MAX_REQUEST) throw invalid('it is too long');
  const parsed = schema.safeParse(parseJson(text, () => invalid('it is not JSON')));
  if (!parsed.success) throw invalid(`${parsed.error.issues[0]?.path.join('.') ?? ''} has another form`);
  const { custosApprovalRequest: _, chain, signers, developmentChainId, demands, ...rest } = parsed.data;
  return {
    ...rest,
    chain: parseChainId(chain),
    signers: signers.map(({ address, publicKey }) => ({
      address,
      ...(publicKey !== undefined && { publicKey: new Uint8Array(Buffer.from(publicKey, 'hex')) }),
    })),
    ...(developmentChainId !== undefined && { developmentChainId: BigInt(developmentChainId) }),
    demands: demands.map((one) => {
      const demand = parseDemand(one);
      if (demand === undefined) throw invalid('a demand has another form');
      return demand;
    }),
  };
}

/**
 * Decodes the transaction of a request here, so that what is shown and signed comes from its bytes.
 * @throws CustosError APPROVAL_EFFECTS, APPROVAL_INVALID, CHAIN_UNKNOWN, and whatever the chain's `parse` throws
 */
export function decodeRequest(chains: ChainRegistry, request: ApprovalRequest): DecodedRequest {
  const { network, signers, withdrawal, developmentChainId, kind, completed } = request;
  const [first] = signers;
  if (first === undefined) throw invalid('it names no key');
  const context: ParseContext = {
    network,
    from: first.address,
    signers,
    // The signer still refuses it unless the operator allows it; an approver may see it.
    allowForeignKey: true,
    ...(withdrawal && { withdrawal }),
    ...(developmentChainId !== undefined && { developmentChainId }),
  };
  const { summary, effects } = decodeUnsigned(chains.get(request.chain), { kind, completed }, context);
  return { ...intentOf(effects), summary, all: effects };
}

function invalid(why: string): CustosError {
  return new CustosError('APPROVAL_INVALID', `the request is refused: ${why}`);
}
