import type { PaymentContext, PaymentPlan, PaymentRequest, Payments } from '../../../core/chain/payment.js';
import { CustosError } from '../../../core/errors.js';
import type { Network } from '../../../core/ids.js';
import { bytesToHex, hexToBytes } from '../../shared/hexadecimal.js';
import { readAddress, showAddress } from '../../shared/keccak-address.js';
import { checkDecimals, declaredUnits, fixedUnits, plannedFee, refuseMembers } from '../../shared/payment.js';
import { isRefusal } from '../../shared/refusal.js';
import { builderOf } from '../builder.js';
import { assetOf } from '../calls/coin-contract.js';
import { decimalsIn, plannedTransfer, transferData } from '../calls/payment.js';
import { completeTransaction } from '../complete.js';
import { checkChainId } from '../request.js';
import { askQuantity, ethMethods, isDirect } from '../rpc.js';
import { DECIMALS, type EvmSettings } from '../settings.js';

const MAX_WORD = 2n ** 256n - 1n;
/** Call of `decimals()` (ERC-20). */
const DECIMALS_CALL = '0x313ce567';

/** Payments of coins, and of ERC-20 tokens (by their contract). */
export function paymentsOf(settings: EvmSettings): Payments {
  const builder = builderOf(settings);
  return {
    plan: (request, network) => plan(request, network, settings),
    async build(request, context) {
      if (builder.kind !== 'evm') throw new CustosError('INTERNAL', 'the builder is of another family');
      const { token, ...transfer } = transferOf(request, settings);
      const chainId = await askChainId(settings, context);
      if (token !== undefined) await checkToken(request, token, context);
      const wanted = { ...transfer, chainId };
      const unpriced = builder.transfer(wanted, context.network);
      if (request.maxFee === undefined) return { unsigned: unpriced };
      // A limit of the request holds for all of its way, so gas and price are settled now.
      const fee = await feeOf(unpriced, request, { settings, context });
      return { unsigned: builder.transfer({ ...wanted, ...fee }, context.network) };
    },
  };
}

function plan(request: PaymentRequest, network: Network, settings: EvmSettings): PaymentPlan {
  const { coin, addressStyle } = settings;
  const show = (address: Uint8Array) => showAddress(address, addressStyle);
  const read = (address: string) => readAddress(address, addressStyle);
  const { to, token, units } = readRequest(request, settings);
  const from = show(read(request.from.address));
  const fee = plannedFee(request, coin, DECIMALS);
  if (token === undefined) return { moves: [{ op: 'transfer', from, to: show(to), asset: coin, amount: units }], fee };
  const asset = assetOf(show(token), network, settings);
  return { moves: [plannedTransfer({ from, to, token, units }, { coin, decimals: DECIMALS, show, read }, asset)], fee };
}

/** @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, DECIMALS_UNKNOWN, PAYMENT_UNSUPPORTED */
function readRequest(request: PaymentRequest, { id, addressStyle }: EvmSettings) {
  refuseMembers(request, id, ['memo', 'tag']);
  const { token } = request;
  return {
    to: readAddress(request.to, addressStyle),
    units: token === undefined ? fixedUnits(request, DECIMALS, MAX_WORD) : declaredUnits(request, MAX_WORD),
    ...(token !== undefined && { token: readAddress(token, addressStyle) }),
  };
}

function transferOf(request: PaymentRequest, settings: EvmSettings) {
  const { to, token, units } = readRequest(request, settings);
  const show = (address: Uint8Array) => showAddress(address, settings.addressStyle);
  if (token === undefined) return { to: show(to), value: units };
  return { to: show(token), value: 0n, data: bytesToHex(transferData({ to, units })), token };
}

/** @throws CustosError CHAIN_ID_MISMATCH, NODE_* */
async function askChainId(settings: EvmSettings, context: PaymentContext): Promise<bigint> {
  const { node } = context;
  const methods = isDirect(node) ? ethMethods : settings.completion.methods;
  const chainId = await askQuantity(node, methods.chainId, []);
  checkChainId(chainId, settings, context);
  return chainId;
}

/** @throws CustosError AMOUNT_INVALID: the token has other decimals; NODE_* */
async function checkToken(request: PaymentRequest, token: Uint8Array, { node }: PaymentContext): Promise<void> {
  checkDecimals(request, await decimalsOf(token, node));
}

/** Undefined where the contract does not say them, which the standard allows. */
async function decimalsOf(token: Uint8Array, node: PaymentContext['node']): Promise<number | undefined> {
  try {
    const answer = await node.rpc('eth_call', [{ to: bytesToHex(token), data: DECIMALS_CALL }, 'latest']);
    return typeof answer === 'string' ? decimalsIn(hexToBytes(answer)) : undefined;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

async function feeOf(
  serialized: string,
  { from: { address } }: PaymentRequest,
  { settings, context }: { readonly settings: EvmSettings; readonly context: PaymentContext },
): Promise<{ readonly gasLimit: bigint; readonly gasPrice: bigint }> {
  const from = showAddress(readAddress(address, settings.addressStyle), settings.addressStyle);
  const { gas, feePerGas } = await completeTransaction(
    settings,
    { serialized },
    { ...context, from, signers: [{ address: from }], nextNonce: async (latest) => latest },
  );
  return { gasLimit: gas, gasPrice: feePerGas };
}
