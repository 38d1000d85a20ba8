import type { Codec, ParseContext, SignedTransaction, UnsignedTransaction } from '../../core/chain/codec.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import type { SigningKey } from '../../core/signing/signing-key.js';
import { keccak256 } from '../../crypto/hash.js';
import { type RecoverableSignature, uncompress } from '../../crypto/secp256k1.js';
import { hexOf } from '../shared/fields.js';
import { bytesToHex, hexToBytes } from '../shared/hexadecimal.js';
import { type AddressStyle, addressOf, addressOfPoint, readAddress, showAddress } from '../shared/keccak-address.js';
import { keyOf } from '../shared/key-of.js';
import { recoverableOf } from '../shared/signature.js';
import { isPrefixedHashId } from '../shared/transaction-id.js';
import { withOneCoin } from './calls/coin-contract.js';
import { readCompleted } from './completed.js';
import { effectsOfTransaction } from './effects.js';
import { type EvmTransaction, signedBytes, signingHash } from './format.js';
import { checkGas, gasRulesFor } from './gas.js';
import { readJsonObject } from './json.js';
import { DECIMALS, type EvmSettings } from './settings.js';
import { summarize } from './summary.js';

/** Decodes completed transactions, signs them, and reads signed bytes. */
export function codecOf(settings: EvmSettings): Codec {
  const parse = parserOf(settings);
  return {
    isTransactionId: isPrefixedHashId,
    parse,
    displacement: ({ serialized }) => (readJsonObject(serialized).has('nonce') ? 'final' : 'renewed'),
    repetition: ({ serialized }) => (readJsonObject(serialized).has('nonce') ? 'final' : 'renewed'),
    readSigned,
  };
}

function parserOf(settings: EvmSettings): Codec['parse'] {
  const { coin, addressStyle, feeTokens, hasDataFee = false } = settings;
  const symbolsOf = (network: Network) =>
    new Map(Object.entries(feeTokens?.[network] ?? {}).map(([symbol, contract]) => [contract, symbol]));
  const feeSymbols = { mainnet: symbolsOf('mainnet'), testnet: symbolsOf('testnet') };
  const calls = {
    coin,
    decimals: DECIMALS,
    show: (address: Uint8Array) => showAddress(address, addressStyle),
    read: (address: string) => readAddress(address, addressStyle),
    hasDataFee,
  };
  return (completed: string, context: ParseContext): UnsignedTransaction => {
    const transaction = readCompleted(completed, settings, context);
    if (settings.checksGas) checkGas(transaction.gas, transaction, gasRulesFor(settings, transaction.chainId, context));
    const from = showAddress(readAddress(context.from, addressStyle), addressStyle);
    const effects = withOneCoin(effectsOfTransaction(transaction, from, calls), context.network, settings);
    return {
      summary: summarize(effects, { ...calls, feeSymbols: feeSymbols[context.network] }),
      effects,
      nonce: transaction.nonce,
      sign: (keys) => sign(transaction, { keys, from, style: addressStyle }),
    };
  };
}

interface Signers {
  readonly keys: readonly SigningKey[];
  /** Address of the sender, as this program shows it. */
  readonly from: string;
  readonly style: AddressStyle;
}

async function sign(transaction: EvmTransaction, { keys, from, style }: Signers): Promise<SignedTransaction> {
  const isSender = (point: Uint8Array) => showAddress(addressOfPoint(point), style) === from;
  const key = keyOf(keys, from, (publicKey) => showAddress(addressOf(publicKey), style));
  const raw = signedBytes(transaction, await signatureOfSender(key, signingHash(transaction), isSender));
  return { raw: bytesToHex(raw), txId: bytesToHex(keccak256(raw)) };
}

/** The address is all that the chain will see of the signer, so it is what the signature is checked against. */
async function signatureOfSender(
  key: SigningKey,
  hash: Uint8Array,
  isSender: (point: Uint8Array) => boolean,
): Promise<RecoverableSignature> {
  try {
    return await recoverableOf(key, hash, isSender);
  } catch (error) {
    const isForeign = error instanceof CustosError && error.code === 'SIGNATURE_INVALID';
    if (!isForeign || isSender(uncompress(key.publicKey))) throw error;
    throw new CustosError('SENDER_MISMATCH', 'the lent key does not belong to the sender', { cause: error });
  }
}

/** Reads signed bytes; their id is their Keccak-256 (EIP-2718, Yellow Paper). @throws CustosError TRANSACTION_INVALID */
function readSigned(txData: string): SignedTransaction {
  const digits = txData.startsWith('0x') ? txData.slice(2) : txData;
  // `hexOf` says what is wrong.
  const bytes = hexToBytes(`0x${digits}`) ?? hexOf(digits, 'txData');
  return { raw: bytesToHex(bytes), txId: bytesToHex(keccak256(bytes)) };
}
