import type { BuiltTransaction, QueueContext } from '../../../core/chain/builders/build.js';
import type { StellarBuilder, StellarRequest } from '../../../core/chain/builders/stellar.js';
import type { NodeClient } from '../../../core/chain/node.js';
import { paidUnits, unsupported } from '../../shared/payment.js';
import { unfit } from '../../shared/receiver.js';
import { normalizeAddress, plainAccount } from '../address.js';
import { readEnvelope } from '../envelope.js';
import { checkReceivers } from '../receiver.js';
import { checkReceiver, networkFee, nextSequence } from './asking.js';
import { DECIMALS, MAX_AMOUNT, MAX_MEMO, readIssued } from './payments.js';
import { changeTrust, createAccount, payment, type WrittenMemo, writeEnvelope } from './written.js';

/** Seconds in which a queued transaction may be taken. */
const LIFE = 86_400n;

/** Builds what the gateway queues for accounts of Stellar. */
export const stellarBuilder: StellarBuilder = { kind: 'stellar', build };

async function build(request: StellarRequest, context: QueueContext): Promise<BuiltTransaction> {
  const { node } = context;
  const source = plainAccount(normalizeAddress(request.from));
  const memo = 'message' in request ? memoOf(request.message) : undefined;
  const operation = await operationOf(request, source, node);
  const serialized = writeEnvelope({
    ...{ source, operation, fee: await networkFee(node) },
    maxTime: BigInt(Math.floor(context.now() / 1000)) + LIFE,
    ...(memo !== undefined && { memo }),
    sequence: await context.nextNumber(source, await nextSequence(source, node)),
  });
  await checkReceivers(readEnvelope(serialized), node);
  return { serialized, keys: [request.key] };
}

async function operationOf(request: StellarRequest, source: string, node: NodeClient): Promise<Uint8Array> {
  switch (request.kind) {
    case 'payment': {
      const { asset } = request;
      const issued = asset && readIssued(`${asset.code}:${asset.issuer}`);
      const paid = paidTo(request);
      const isNew = await checkReceiver({ ...paid, ...(issued && { issued }) }, node);
      if (isNew) unfit(paid.to, 'does not exist yet: only a request with initialize creates it');
      return payment(paid.to, issued, paid.units);
    }
    case 'creation': {
      const paid = paidTo(request);
      if (!(await checkReceiver(paid, node))) unfit(paid.to, 'exists already, so that it cannot be created');
      return createAccount(paid.to, paid.units);
    }
    case 'trust': {
      const { asset, limit } = request;
      const issued = readIssued(`${asset.code}:${asset.issuer}`);
      if (issued.issuer === source) unfit(source, 'cannot trust itself');
      return changeTrust(issued, limit === undefined ? MAX_AMOUNT : limitUnits(limit));
    }
  }
}

function paidTo({ to, amount }: { readonly to: string; readonly amount: string }) {
  return { to: normalizeAddress(to), units: paidUnits(amount, DECIMALS, MAX_AMOUNT) };
}

function limitUnits(limit: string): bigint {
  return /^0+(\.0+)?$/.test(limit) ? 0n : paidUnits(limit, DECIMALS, MAX_AMOUNT);
}

/** As the clients of the documented API write it: a short text as such, a longer one as a hash. */
function memoOf(message: string | undefined): WrittenMemo | undefined {
  if (message === undefined || message === '') return undefined;
  if (new TextEncoder().encode(message).length <= MAX_MEMO) return { kind: 'text', text: message };
  if (/^[0-9a-fA-F]{64}$/.test(message)) return { kind: 'hash', digits: message };
  throw unsupported(`a message of XLM has at most ${MAX_MEMO} bytes, or is a hash of 64 hexadecimal digits`);
}
