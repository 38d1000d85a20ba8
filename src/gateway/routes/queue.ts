import { CustosError } from '../../core/errors.js';
import { parseSignatureId, quote, type SignatureId } from '../../core/ids.js';
import { tell } from '../../core/log.js';
import type { QueuedTransaction, QueueView } from '../../core/store/queue.js';
import { readForm, readOptionalForm } from '../../http/body.js';
import { checkField } from '../../http/problems.js';
import { callerOf, type GatewayRequest, type RoleRoutes } from '../caller.js';
import type { GatewayContext } from '../context.js';
import { parseForm, pendingForm, reportForm } from '../requests.js';

/** Routes by which a daemon works through the queue: the five `/v3/kms` operations and the error report. */
export function queueRoutes(routes: RoleRoutes, gateway: GatewayContext): void {
  routes.get('/v3/kms/pending/:chain', ['sign'], (request) => {
    const named = request.req.query('signatures');
    return listPending(gateway, request, named === undefined ? undefined : parseSignatures(named));
  });
  routes.post('/v3/kms/pending/:chain', ['sign'], async (request) => {
    const { signatureIds } = parseForm(pendingForm, await readOptionalForm(request));
    return listPending(gateway, request, signatureIds);
  });
  routes.get('/v3/kms/:id', ['read', 'sign'], (request) => showTransaction(request));
  routes.put('/v3/kms/:id/:txId', ['sign'], (request) => completeTransaction(gateway, request));
  routes.delete('/v3/kms/:id', ['submit', 'sign'], async (request) => {
    const id = parseId(request);
    const { queue } = callerOf(request);
    const { chain } = await existing(queue, id);
    await queue.remove(id);
    gateway.meter.count(chain, 'withdrawn');
    tell(gateway.log, 'pending-deleted', { id });
    return request.body(null, 204);
  });
  routes.post('/v3/tatum/kms/batch', ['sign'], async (request) => {
    const { errors } = parseForm(reportForm, await readForm(request));
    const { queue } = callerOf(request);
    await queue.report(
      errors.map(({ signatureId, error, final }) => ({
        id: signatureId,
        error,
        reopens: codeOf(error) === 'TRANSACTION_EXPIRED' && final !== true,
        ...(final !== undefined && { final }),
      })),
    );
    for (const { signatureId } of errors.filter(({ final }) => final === true)) {
      const failed = await queue.get(signatureId);
      if (failed) gateway.meter.count(failed.chain, 'failed');
    }
    return request.body(null, 204);
  });
}

// Daemons ask for every chain they know, so a chain that this gateway does not serve simply has nothing to sign.
async function listPending(
  gateway: GatewayContext,
  request: GatewayRequest,
  signatureIds: readonly SignatureId[] | undefined,
): Promise<Response> {
  const { id: chain } = checkField('chain', () => gateway.chains.get(request.req.param('chain') ?? ''));
  const { queue } = callerOf(request);
  const found = await queue.pending({
    chain,
    network: gateway.network,
    ...(signatureIds !== undefined && { signatureIds }),
  });
  const fresh = found.filter(({ claimedAt }) => claimedAt === undefined).map(({ id }) => id);
  // Only a daemon names its wallets; any client may ask for a whole chain.
  if (signatureIds !== undefined && fresh.length > 0) await queue.claimed(fresh);
  return request.json(found.map(toPending));
}

async function showTransaction(request: GatewayRequest): Promise<Response> {
  const id = parseId(request);
  const found = await existing(callerOf(request).queue, id);
  const { errors } = found;
  return request.json({
    ...toPending(found),
    ...progressOf(found),
    ...(errors.length > 0 && { errors: errors.map(({ at, error }) => ({ at, error })) }),
  });
}

/**
 * Finds a transaction. A withdrawn one is missing too, but the error says that it was here: only then does the daemon end it.
 * @throws CustosError KMS_MISSING: unknown or withdrawn
 */
async function existing(queue: QueueView, id: string): Promise<QueuedTransaction> {
  const found = await queue.get(id);
  if (found && found.state !== 'deleted') return found;
  const details = { withdrawn: found !== undefined };
  throw new CustosError('KMS_MISSING', `no such KMS signature with id '${id}'`, { details });
}

async function completeTransaction(gateway: GatewayContext, request: GatewayRequest): Promise<Response> {
  const id = parseId(request);
  const txId = request.req.param('txId') ?? '';
  const { queue } = callerOf(request);
  const { chain } = await existing(queue, id);
  checkField('txId', () => {
    if (gateway.chains.get(chain).codec.isTransactionId(txId)) return;
    throw new CustosError('REQUEST_INVALID', `${quote(txId)} is not a transaction id of ${chain}`);
  });
  await queue.complete(id, txId, 'daemon');
  gateway.meter.count(chain, 'completed');
  tell(gateway.log, 'pending-completed', { id, txId });
  return request.body(null, 204);
}

function parseId(request: GatewayRequest): string {
  const id = (request.req.param('id') ?? '').toLowerCase();
  return checkField('id', () => {
    if (!/^[0-9a-f]{24}$/.test(id)) throw new CustosError('REQUEST_INVALID', 'an id has 24 hexadecimal digits');
    return id;
  });
}

function parseSignatures(text: string): SignatureId[] {
  const given = text.split(',').filter((id) => id.trim() !== '');
  return checkField('signatures', () => given.map((id) => parseSignatureId(id.trim())));
}

/** The meaning of `state` in words, for readers of the JSON. */
const meanings = {
  pending: 'no daemon has fetched it yet',
  claimed: 'a daemon has fetched it and works on it',
  broadcast: 'it was sent, and its daemon waits for the blocks that --confirmations asks for',
  daemon: 'its daemon closed it: one of Custos does so when a block has it, as deep as its --confirmations ask for',
  gateway: 'the node took it, and nothing checked whether a block has it',
  failed: 'its daemon gave it up; nothing more happens by itself',
} as const;

/** An extension: how far it got, whether that is final, and the last error with its code. */
function progressOf(found: QueuedTransaction): Readonly<Record<string, unknown>> {
  const state = stateOf(found);
  // Earlier errors do not matter after completion; `errors` has them.
  const last = found.state === 'completed' ? undefined : found.errors.at(-1);
  const code = last && codeOf(last.error);
  const shown = state === 'completed' ? (found.closedBy ?? 'gateway') : state;
  return {
    state,
    final: state === 'completed' || state === 'failed',
    meaning: meanings[shown],
    ...(last && { error: { ...(code !== undefined && { code }), message: last.error, at: last.at } }),
  };
}

function stateOf({ state, failedAt, claimedAt }: QueuedTransaction) {
  if (state === 'completed' || state === 'broadcast') return state;
  if (failedAt !== undefined) return 'failed';
  return claimedAt === undefined ? 'pending' : 'claimed';
}

/** The code in front of a daemon's report, e.g. `GAS_TOO_LOW: …`. */
function codeOf(error: string): string | undefined {
  return /^([A-Z][A-Z_]{2,40}): /.exec(error)?.[1];
}

/** The API's PendingTransaction. */
function toPending(queued: QueuedTransaction): Readonly<Record<string, unknown>> {
  return {
    id: queued.id,
    chain: queued.chain,
    hashes: queued.hashes,
    serializedTransaction: queued.serializedTransaction,
    ...(queued.index !== undefined && { index: queued.index }),
    ...(queued.signatures && {
      signatures: queued.signatures.map(({ signatureId, index }) => ({ id: signatureId, index })),
    }),
    ...(queued.txId !== undefined && { txId: queued.txId }),
  };
}
