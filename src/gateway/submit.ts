import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import type { BuiltTransaction } from '../core/chain/build.js';
import type { Chain, TransferRequest } from '../core/chain/chain.js';
import type { SignatureId } from '../core/ids.js';
import { rulesOf } from '../core/signing/signing-rules.js';
import type { KeyRef } from '../core/signing/wallet.js';
import type { NewQueuedTransaction } from '../core/store/queue.js';
import { isRecord } from '../http/json.js';
import { checkField, requestInvalid } from '../http/problems.js';
import { checkFee } from '../signing/limits.js';
import { toSmallestUnit } from './amounts.js';
import type { GatewayContext } from './context.js';
import { checkDestination, type Destination } from './destination.js';
import type { SigningFields } from './requests.js';

/** Decimals of Gwei, in which the API states gas prices. */
const GWEI_DECIMALS = 9;

/** What a route wants to be queued. */
export interface Submission {
  readonly chain: Chain;
  /** The parsed form's common fields. */
  readonly signing: SigningFields;
  /** What the transaction does: addresses already in the chain's form. */
  readonly effect: Pick<TransferRequest, 'to' | 'value' | 'data'>;
  /** The whole body as received, for the idempotency key. */
  readonly body: unknown;
  /** How the request names the parts of the effect, and what it says of a token. */
  readonly named: Omit<Destination, 'effect'>;
}

/**
 * Builds the unsigned transaction and puts it into the queue.
 * @returns the API's answer: `signatureId` is the id of the pending transaction
 * @throws CustosError NOT_OFFERED, REQUEST_INVALID, NODE_*, IDEMPOTENCY_CONFLICT
 */
export async function submit(gateway: GatewayContext, request: Context, submission: Submission): Promise<Response> {
  const { chain, signing, body, effect, named } = submission;
  return enqueue(gateway, request, { chain, body }, async () => {
    await checkDestination(gateway, chain, { ...named, effect });
    const serialized = await gateway.node(chain).build({ ...effect, ...feesOf(chain, signing) });
    return { serialized, keys: [keyOf(signing.signatureId, signing.index)] };
  });
}

/** A key as a request names it. */
export function keyOf(signatureId: SignatureId, index: number | undefined): KeyRef {
  return { signatureId, ...(index !== undefined && { index }) };
}

/**
 * Puts what is built into the queue. A repeated request is not built again: what it asked for is there.
 * @throws CustosError IDEMPOTENCY_CONFLICT, STATE_CONFLICT, FEE_INVALID, and whatever `build` throws
 */
export async function enqueue(
  gateway: GatewayContext,
  request: Context,
  { chain, body }: Pick<Submission, 'chain' | 'body'>,
  build: () => Promise<BuiltTransaction>,
): Promise<Response> {
  const idempotency = idempotencyOf(request, body);
  const known = idempotency && (await gateway.queue.repeated(idempotency));
  if (known !== undefined) return request.json({ signatureId: known });
  const { serialized, keys, spends, fee } = await build();
  const { network, rules } = gateway;
  if (fee !== undefined) checkFee(fee, { chain, network, rules: rulesOf(rules, chain.id) });
  const id = await gateway.queue.enqueue({
    chain: chain.id,
    network: gateway.network,
    ...keyFields(keys),
    serializedTransaction: serialized,
    ...(spends && { spends }),
    ...(idempotency && { idempotency }),
  });
  gateway.meter.count(chain.id, 'queued');
  const signatureIds = keys.map(({ signatureId }) => signatureId);
  gateway.log.info({ id, chain: chain.id, signatureIds }, 'pending transaction queued');
  return request.json({ signatureId: id });
}

/** One key goes by `hashes` and `index`, as all daemons read it; of several keys those with an index by `signatures`. */
function keyFields(keys: readonly KeyRef[]): Pick<NewQueuedTransaction, 'hashes' | 'index' | 'signatures'> {
  const [only] = keys;
  if (keys.length === 1 && only !== undefined) {
    return { hashes: [only.signatureId], ...(only.index !== undefined && { index: only.index }) };
  }
  const hashes = keys.filter(({ index }) => index === undefined).map(({ signatureId }) => signatureId);
  const signatures = keys.filter(({ index }) => index !== undefined);
  return { hashes, ...(signatures.length > 0 && { signatures }) };
}

/** Reads an address field. @returns the chain's own form @throws CustosError REQUEST_INVALID */
export function addressField(gateway: GatewayContext, chain: Chain, property: string, text: string): string {
  return checkField(property, () => chain.normalizeAddress(text, gateway.network));
}

/** @returns a reader of addresses in the chain's forms that gives the bare 20 bytes, as contracts see them */
export function bareAddress(gateway: GatewayContext, chain: Chain): (text: string) => string {
  return (text) => `0x${chain.normalizeAddress(text, gateway.network).slice(-40)}`;
}

function feesOf(chain: Chain, signing: SigningFields): Omit<TransferRequest, 'to' | 'value' | 'data'> {
  const gasPrice = gwei('fee.gasPrice', signing.fee?.gasPrice);
  const maxFeePerGas = gwei('maxFeePerGas', signing.maxFeePerGas);
  const maxPriorityFeePerGas = gwei('maxPriorityFeePerGas', signing.maxPriorityFeePerGas);
  refuseMixedFees(signing);
  return {
    ...(signing.nonce !== undefined && { nonce: BigInt(signing.nonce) }),
    ...(signing.fee && { gasLimit: checkField('fee.gasLimit', () => toSmallestUnit(signing.fee?.gasLimit ?? '', 0)) }),
    ...(gasPrice !== undefined && { gasPrice }),
    ...(maxFeePerGas !== undefined && { maxFeePerGas }),
    ...(maxPriorityFeePerGas !== undefined && { maxPriorityFeePerGas }),
    ...(signing.type !== undefined && { type: signing.type }),
    ...(signing.accessList !== undefined && { accessList: signing.accessList }),
    // The chain's own coin pays where no other is named.
    ...(signing.feeCurrency !== undefined &&
      signing.feeCurrency !== chain.coin && { feeCurrency: signing.feeCurrency }),
  };
}

function gwei(property: string, text: string | undefined): bigint | undefined {
  return text === undefined ? undefined : checkField(property, () => toSmallestUnit(text, GWEI_DECIMALS));
}

/** A gas price and the caps of EIP-1559 exclude each other; the documented `fee` has both of its fields. */
function refuseMixedFees({ fee, type, maxFeePerGas, maxPriorityFeePerGas, accessList }: SigningFields): void {
  const capped = type === '0x2' || maxFeePerGas !== undefined || maxPriorityFeePerGas !== undefined;
  if (capped && (type === '0x1' || fee?.gasPrice !== undefined)) {
    throw requestInvalid([
      { property: 'fee', rule: 'exclusive', text: 'gasPrice and EIP-1559 caps exclude each other' },
    ]);
  }
  if (!capped && fee && fee.gasPrice === undefined) {
    throw requestInvalid([{ property: 'fee.gasPrice', rule: 'required', text: 'fee needs gasPrice beside gasLimit' }]);
  }
  if (accessList && type === undefined) {
    throw requestInvalid([{ property: 'type', rule: 'required', text: 'accessList needs type 0x1 or 0x2' }]);
  }
}

function idempotencyOf(request: Context, body: unknown): { key: string; digest: string } | undefined {
  const [named, alias] = ['idempotency-key', 'x-idempotency-key'].map((name) => request.req.header(name));
  const key = named ?? alias;
  if (key === undefined) return undefined;
  if (named !== undefined && alias !== undefined && named !== alias) {
    const text = 'and X-Idempotency-Key are two different keys';
    throw requestInvalid([{ property: 'Idempotency-Key', rule: 'exclusive', text }]);
  }
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
    const text = 'must be 1 to 255 printable characters';
    throw requestInvalid([{ property: 'Idempotency-Key', rule: 'length', text }]);
  }
  const content = `${request.req.method} ${request.req.path}\n${canonicalJson(body)}`;
  return { key, digest: createHash('sha256').update(content).digest('hex') };
}

/** The same text for bodies that differ only in white space and in the order of their fields. */
function canonicalJson(body: unknown): string {
  return JSON.stringify(body, (_key, value: unknown) =>
    isRecord(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}
