import type { EvmTransfer } from '../../core/chain/builder.js';
import type { Chain } from '../../core/chain/chain.js';
import type { ParseContext, SignedTransaction, UnsignedTransaction } from '../../core/chain/codec.js';
import type { TatumFacts } from '../../core/chain/tatum.js';
import { CustosError } from '../../core/errors.js';
import { type Network, parseChainId } from '../../core/ids.js';
import type { SigningKey } from '../../core/signing/signing-key.js';
import { keccak256 } from '../../crypto/hash.js';
import { publicKey, type RecoverableSignature, uncompress } from '../../crypto/secp256k1.js';
import { bip32Scheme } from '../shared/bip32-scheme.js';
import { bytesToHex } from '../shared/hexadecimal.js';
import { decodePrivateKey } from '../shared/hexadecimal-key.js';
import { type AddressStyle, addressOf, addressOfPoint, readAddress, showAddress } from '../shared/keccak-address.js';
import { keyOf } from '../shared/key-of.js';
import { recoverableOf } from '../shared/signature.js';
import { isPrefixedHashId } from '../shared/transaction-id.js';
import { type RpcPrefix, readSigned, sendRaw } from './broadcast.js';
import { isUnspendable, isUnspendableCalled } from './calls/destination.js';
import { accessListToJson, type CompletionRules, completeTransaction, plainCompletion } from './complete.js';
import {
  type EvmFormat,
  type EvmTransaction,
  ethereumFormat,
  signedBytes,
  signingHash,
  type TransactionShape,
} from './format.js';
import { checkGas, type GasRules, gasRulesFor } from './gas.js';
import { evmFate, evmInclusion } from './inclusion.js';
import { readJsonObject } from './json.js';
import { askQuantity } from './node.js';
import { evmRefusal } from './refusal.js';
import { checkChainId, type EvmRequest, readRequest } from './request.js';
import { summarize } from './summary.js';
import { estimatedOperations } from './tatum.js';

/** What sets one EVM chain apart from the others. */
export interface EvmChainDefinition {
  /** Ticker by which the cloud names the chain. */
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  /** Symbol of the coin that pays fees. */
  readonly coin: string;
  /** Coin type of the mainnet path (SLIP-44); the testnet path always has 1. */
  readonly coinType: number;
  /** The most that a fee may be unless the operator says otherwise, in whole coins. */
  readonly feeCeiling: string;
  /** Chain ids (EIP-155) that belong to each network, the living one first. */
  readonly chainIds: Readonly<Record<Network, readonly bigint[]>>;
  readonly addressStyle?: AddressStyle;
  readonly completion?: Partial<CompletionRules>;
  /** False where a gas limit below the intrinsic gas is the node's business. */
  readonly checksGas?: boolean;
  /** What the chain has taken over of Ethereum's later gas rules; nothing unless said, because then the node knows better. */
  readonly gasRules?: GasRules;
  /** Picks the form of a request. */
  readonly format?: (shape: TransactionShape) => EvmFormat;
  /** Contracts of the tokens that can pay fees, by symbol. */
  readonly feeTokens?: Readonly<Record<Network, Readonly<Record<string, string>>>>;
  /** The most that a fee in one of these tokens may be, in whole tokens. */
  readonly feeTokenCeiling?: string;
  /** How the methods of its nodes begin; `eth` unless said otherwise. */
  readonly rpcPrefix?: RpcPrefix;
  /** Depth at which blocks count as settled where the node tells of no final ones; 12 unless said otherwise. */
  readonly settledDepth?: bigint;
  /** A layer above Ethereum takes a fee for data besides, which no byte of a transaction bounds. */
  readonly hasDataFee?: true;
  /** Members that replace those of the plain transfer; an undefined one is left out. */
  readonly transferForm?: (request: EvmTransfer, network: Network) => Record<string, unknown>;
  readonly tatum?: TatumFacts;
}

// `xpub` on both networks: testnet wallets of this family have always carried it, too.
const XPUB_VERSION = 0x0488b21e;
const DECIMALS = 18;

interface Settings extends Omit<EvmChainDefinition, 'completion'> {
  readonly addressStyle: AddressStyle;
  readonly completion: CompletionRules;
  readonly checksGas: boolean;
  readonly gasRules: GasRules;
  readonly format: (shape: TransactionShape) => EvmFormat;
}

/** Makes a chain of the Ethereum family from what sets it apart. */
export function evmChain(definition: EvmChainDefinition): Chain {
  const settings: Settings = {
    addressStyle: {},
    checksGas: true,
    gasRules: {},
    format: ethereumFormat,
    ...definition,
    completion: { ...plainCompletion, ...definition.completion },
  };
  const { addressStyle, rpcPrefix = 'eth', settledDepth } = settings;
  const nodeForm = { prefix: rpcPrefix, addressStyle, ...(settledDepth !== undefined && { settledDepth }) };
  return {
    id: parseChainId(settings.id),
    name: settings.name,
    slug: settings.slug,
    tatum: { operations: estimatedOperations, ...settings.tatum },
    coin: settings.coin,
    decimals: DECIMALS,
    feeCeiling: settings.feeCeiling,
    feeTokens: (network) => feeTokensOf(settings, network),
    keys: {
      curves: ['secp256k1'],
      hd: bip32Scheme({
        mainnet: { path: `m/44'/${settings.coinType}'/0'/0`, version: XPUB_VERSION },
        testnet: { path: "m/44'/1'/0'/0", version: XPUB_VERSION },
      }),
      address: (key) => showAddress(addressOf(key), addressStyle),
      publicKey,
      encodePrivateKey: bytesToHex,
      decodePrivateKey,
      normalizeAddress: (text) => showAddress(readAddress(text, addressStyle), addressStyle),
      isUnspendable(text, isCalled) {
        const address = readAddress(text, addressStyle);
        return isCalled ? isUnspendableCalled(address) : isUnspendable(address);
      },
    },
    codec: {
      isTransactionId: isPrefixedHashId,
      parse: (completed, context) => parseCompleted(completed, context, settings),
      displacement: ({ serialized }) => (readJsonObject(serialized).has('nonce') ? 'final' : 'renewed'),
      repetition: ({ serialized }) => (readJsonObject(serialized).has('nonce') ? 'final' : 'renewed'),
      readSigned,
    },
    node: {
      async complete(pending, context) {
        const transaction = await completeTransaction(settings, pending, context);
        return writeCompleted(transaction, context.from, addressStyle);
      },
      broadcast: (signed, node) => sendRaw(rpcPrefix, signed, node),
      fate: (recorded, node) => evmFate(nodeForm, recorded, node),
      inclusion: (recorded, node) => evmInclusion(nodeForm, recorded, node),
      refusal: (recorded, words, node) => evmRefusal({ form: nodeForm, recorded, words }, node),
      checkNode: async (node, place) => checkChainId(await askQuantity(node, 'eth_chainId', []), settings, place),
    },
    builder: {
      kind: 'evm',
      chainIds: settings.chainIds,
      transfer: (request, network) => JSON.stringify(transferMembers(request, network, settings)),
    },
  };
}

function feeTokensOf({ feeTokens, feeTokenCeiling: ceiling }: Settings, network: Network) {
  if (feeTokens === undefined || ceiling === undefined) return new Map();
  const tokens = Object.entries(feeTokens[network]);
  return new Map(tokens.map(([symbol, contract]) => [contract, { symbol, decimals: DECIMALS, ceiling }]));
}

function parseCompleted(completed: string, context: ParseContext, settings: Settings): UnsignedTransaction {
  const transaction = requireAll(readRequest(completed, settings, context));
  if (settings.checksGas) checkGas(transaction.gas, transaction, gasRulesFor(settings, transaction.chainId, context));
  const from = showAddress(readAddress(context.from, settings.addressStyle), settings.addressStyle);
  const { coin, addressStyle, feeTokens, hasDataFee = false } = settings;
  const feeSymbols = new Map(
    Object.entries(feeTokens?.[context.network] ?? {}).map(([symbol, contract]) => [contract, symbol]),
  );
  return {
    summary: summarize(transaction, from, {
      coin,
      decimals: DECIMALS,
      show: (address) => showAddress(address, addressStyle),
      feeSymbols,
      hasDataFee,
    }),
    nonce: transaction.nonce,
    sign: (keys) => sign(transaction, { keys, from, style: addressStyle }),
  };
}

function requireAll(request: EvmRequest): EvmTransaction {
  const { chainId, nonce, gas, value = 0n, data = new Uint8Array(0) } = request;
  const feePerGas = request.format.price === 'gas-price' ? request.gasPrice : request.maxFeePerGas;
  const priorityFeePerGas = request.format.price === 'gas-price' ? request.gasPrice : request.maxPriorityFeePerGas;
  if (chainId === undefined) throw missing('chainId');
  if (nonce === undefined) throw missing('nonce');
  if (gas === undefined) throw missing('gas');
  if (feePerGas === undefined || priorityFeePerGas === undefined) throw missing('the fee');
  return { ...request, chainId, nonce, gas, value, data, feePerGas, priorityFeePerGas };
}

function missing(what: string): CustosError {
  return new CustosError('TRANSACTION_INVALID', `${what} is missing in the completed transaction`);
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

function writeCompleted(transaction: EvmTransaction, from: string, style: AddressStyle): string {
  const { format, to, feeCurrency, feePerGas, priorityFeePerGas, accessList } = transaction;
  return JSON.stringify({
    ...(format.type !== undefined && { type: `0x${format.type.toString(16)}` }),
    chainId: transaction.chainId.toString(),
    nonce: transaction.nonce.toString(),
    from,
    ...(to && { to: showAddress(to, style) }),
    value: transaction.value.toString(),
    data: bytesToHex(transaction.data),
    gas: transaction.gas.toString(),
    ...(format.price === 'gas-price'
      ? { gasPrice: feePerGas.toString() }
      : { maxFeePerGas: feePerGas.toString(), maxPriorityFeePerGas: priorityFeePerGas.toString() }),
    ...(format.carriesAccessList && { accessList: accessListToJson(accessList) }),
    ...(feeCurrency && { feeCurrency: bytesToHex(feeCurrency) }),
  });
}

// Numbers for nonce and chainId and texts for the rest: the types that programs in the field expect of this form.
function transferMembers(request: EvmTransfer, network: Network, settings: Settings): Record<string, unknown> {
  if (request.feeCurrency !== undefined && settings.feeTokens === undefined) {
    throw new CustosError('TRANSACTION_UNSUPPORTED', `${settings.id} takes no feeCurrency`);
  }
  return {
    from: 0,
    to: request.to === undefined ? undefined : bytesToHex(readAddress(request.to, settings.addressStyle)),
    value: request.value.toString(),
    data: request.data,
    nonce: request.nonce === undefined ? undefined : Number(request.nonce),
    gas: request.gasLimit?.toString(),
    gasPrice: request.gasPrice?.toString(),
    chainId: request.chainId === undefined ? undefined : Number(request.chainId),
    type: request.type,
    maxFeePerGas: request.maxFeePerGas?.toString(),
    maxPriorityFeePerGas: request.maxPriorityFeePerGas?.toString(),
    accessList: request.accessList,
    ...settings.transferForm?.(request, network),
  };
}
