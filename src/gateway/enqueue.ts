import { createHash } from 'node:crypto';
import type { BuiltTransaction } from '../core/chain/builders/build.js';
import type { Chain } from '../core/chain/chain.js';
import type { SignatureId } from '../core/ids.js';
import { tell } from '../core/log.js';
import { rulesOf } from '../core/signing/signing-rules.js';
import type { KeyRef } from '../core/signing/wallet.js';
import type { NewQueuedTransaction } from '../core/store/queue.js';
import { isRecord } from '../http/json.js';
import { checkField, requestInvalid } from '../http/problems.js';
import { checkFee } from '../signing/limits.js';
import { callerOf, type GatewayRequest, requireChain, requireRole } from './caller.js';
import type { GatewayContext } from './context.js';

/** A key as a request names it. */
export function keyOf(signatureId: SignatureId, index: number | undefined): KeyRef {
  return { signatureId, ...(index !== undefined && { index }) };
}

/**
 * Builds a transaction and puts it into the queue. A repeated request is not built again: its transaction is already there.
 * @throws CustosError SCOPE_MISSING, IDEMPOTENCY_CONFLICT, STATE_CONFLICT, FEE_INVALID, and whatever `build` throws
 */
export async function enqueue(
  gateway: GatewayContext,
  request: GatewayRequest,
  { chain, body }: { readonly chain: Chain; readonly body: unknown },
  build: () => Promise<BuiltTransaction>,
): Promise<Response> {
  const caller = callerOf(request);
  requireRole(caller, ['submit']);
  requireChain(caller, chain.id);
  const { queue } = caller;
  const idempotency = idempotencyOf(request, body);
  const known = idempotency && (await queue.repeated(idempotency));
  if (known !== undefined) return request.json({ signatureId: known });
  const { serialized, keys, spends, fee } = await build();
  const { network, rules } = gateway;
  if (fee !== undefined) checkFee(fee, { chain, network, rules: rulesOf(rules, chain.id) });
  const id = await queue.enqueue({
    chain: chain.id,
    network: gateway.network,
    ...keyFields(keys),
    serializedTransaction: serialized,
    ...(spends && { spends }),
    ...(idempotency && { idempotency }),
  });
  gateway.meter.count(chain.id, 'queued');
  const signatureIds = keys.map(({ signatureId }) => signatureId);
  tell(gateway.log, 'pending-queued', { id, chain: chain.id, signatureIds });
  return request.json({ signatureId: id });
}

/** One key uses `hashes` and `index`, which all daemons read; several keys with an index use `signatures`. */
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
  return checkField(property, () => chain.keys.normalizeAddress(text, gateway.network));
}

function idempotencyOf(request: GatewayRequest, body: unknown): { key: string; digest: string } | undefined {
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
