import {
  ANY,
  type PaymentPlan,
  type PaymentRequest,
  type Payments,
  type PlannedEffect,
} from '../../core/chain/payment.js';
import { parseSignatureId } from '../../core/ids.js';
import {
  checkedDecimals,
  fixedUnits,
  plannedFee,
  refuseMembers,
  unitsBySigned,
  unsupported,
} from '../shared/payment.js';
import { associatedTokenAddress, readAddress, showAddress } from './address.js';
import { COIN, LAMPORT_DECIMALS } from './call.js';
import { accountRent } from './programs/associated-token.js';
import { programs, tokenStandards } from './programs/ids.js';
import { buildPayment } from './transfer.js';

const MAX_AMOUNT = 2n ** 64n - 1n;
/** A memo and a transfer fit together into the 1,232 bytes of a transaction. */
const MAX_MEMO = 500;
/** Stands for the key that signs, which nothing in the form depends on. */
const KEY = { signatureId: parseSignatureId('00000000-0000-4000-8000-000000000000') };
/** Where an instruction stands in the transaction, and the rights of its accounts: the fee says them once more. */
const place = { instruction: ANY, signers: ANY, writable: ANY } as const;

/** Payments of SOL, and of tokens of SPL Token and Token-2022 (by their mint), with an account for a receiver who has none. */
export const solanaPayments: Payments = {
  plan,
  async build(request, context) {
    check(request);
    const { from, to, amount, token, decimals, memo } = request;
    const payment = {
      from: { address: from.address, key: KEY },
      ...{ to, amount },
      ...(token !== undefined && { contractAddress: token }),
      ...(token !== undefined && decimals !== undefined && { digits: decimals }),
      ...(memo !== undefined && { memo }),
    };
    const { serialized } = await buildPayment(payment, context);
    return { unsigned: serialized };
  },
};

function plan(request: PaymentRequest): PaymentPlan {
  check(request);
  const { token, memo } = request;
  const shown = (address: string) => showAddress(readAddress(address));
  const ends = { from: shown(request.from.address), to: shown(request.to) };
  const fee = plannedFee(request, COIN, LAMPORT_DECIMALS);
  const note = { op: 'note', from: ends.from, contract: programs.memo, method: 'Memo' } as const;
  const notes: readonly PlannedEffect[] = memo === undefined ? [] : [{ ...note, args: { instruction: ANY, memo } }];
  if (token === undefined) {
    const lamports = fixedUnits(request, LAMPORT_DECIMALS, MAX_AMOUNT);
    const move = { op: 'transfer', ...ends, asset: COIN, amount: lamports } as const;
    return { moves: [{ ...move, contract: programs.system, method: 'Transfer', args: place }, ...notes], fee };
  }
  return { ...tokenPlan(request, { ...ends, mint: shown(token) }, notes), fee };
}

interface TokenEnds {
  readonly from: string;
  readonly to: string;
  readonly mint: string;
}

/** The network checks the decimals that the instruction holds, so a wrong answer about them pays nothing. */
function tokenPlan(
  { amount }: PaymentRequest,
  { from, to, mint }: TokenEnds,
  notes: readonly PlannedEffect[],
): Omit<PaymentPlan, 'fee'> {
  const standards = [...tokenStandards.keys()];
  const move: PlannedEffect = {
    op: 'token-transfer',
    from,
    // Without an instruction that opens it, the bytes name only the account of the receiver for this token.
    to: [to, ...standards.map((program) => associatedTokenAddress(to, mint, program))],
    asset: mint,
    amount: unitsBySigned(amount, 'decimals', MAX_AMOUNT),
    contract: standards,
    method: 'TransferChecked',
    args: { ...place, decimals: ANY },
  };
  const creation = { from, to, contract: programs.associatedToken, method: 'CreateIdempotent' } as const;
  const rents = standards.map((program): PlannedEffect => {
    return { op: 'transfer', ...creation, asset: COIN, amount: accountRent(program), args: place };
  });
  const opened: PlannedEffect = {
    ...{ op: 'account', code: 'account-settings', ...creation },
    args: { ...place, mint },
  };
  return { moves: [move, ...notes], needs: [...rents, opened] };
}

/** @throws CustosError PAYMENT_UNSUPPORTED, AMOUNT_INVALID */
function check(request: PaymentRequest): void {
  refuseMembers(request, COIN, ['tag']);
  const { memo, decimals } = request;
  if (decimals !== undefined) checkedDecimals(decimals);
  if (memo !== undefined && (memo === '' || new TextEncoder().encode(memo).length > MAX_MEMO)) {
    throw unsupported(`a memo of SOL has 1 to ${MAX_MEMO} bytes`);
  }
}
