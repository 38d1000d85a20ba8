import {
  Address,
  AssetName,
  Assets,
  BigNum,
  ByronAddress,
  MultiAsset,
  ScriptHash,
  TransactionBody,
  TransactionHash,
  TransactionInput,
  TransactionInputs,
  TransactionOutput,
  TransactionOutputs,
  Value,
} from '@emurgo/cardano-serialization-lib-nodejs';
import { encode } from 'cborg';
import { sealEnvelope } from '../../../src/chains/cardano/body.js';
import { key, other } from '../../chains/cardano/completed.js';
import type { NodeAnswers, PaymentCase } from './node.js';

export const from = key.address;
export const to = other.address;
const policy = 'b0d07d45fe9514f80213f4020e5a61241458be626841cde717cb38a7';
export const token = `${policy}.6e7574636f696e`;
export const nameless = `${policy}.`;

/** An output of a wallet, as a test writes it. */
export interface Held {
  readonly txId: string;
  readonly index?: number;
  readonly amount: bigint;
  readonly tokens?: Readonly<Record<string, bigint>>;
}

type Json = Readonly<Record<string, unknown>>;

/** An output in the shape of a Rosetta node. */
function coinOf({ txId, index = 0, amount, tokens = {} }: Held): Json {
  const identifier = `${txId}:${index}`;
  const bundle = Object.entries(tokens).map(([one, units]) => {
    const [policyId = '', symbol = ''] = one.split('.');
    return { policyId, tokens: [{ value: `${units}`, currency: { symbol, decimals: 0 } }] };
  });
  return {
    coin_identifier: { identifier },
    amount: { value: `${amount}`, currency: { symbol: 'ADA', decimals: 6 } },
    ...(bundle.length > 0 && { metadata: { [identifier]: bundle } }),
  };
}

interface Operation {
  readonly type: string;
  readonly account: { readonly address: string };
  readonly amount: { readonly value: string };
  readonly coin_change?: { readonly coin_identifier: { readonly identifier: string } };
  readonly metadata?: {
    readonly tokenBundle: readonly {
      readonly policyId: string;
      readonly tokens: readonly { readonly value: string; readonly currency: { readonly symbol: string } }[];
    }[];
  };
}

function moneyOf({ amount, metadata }: Operation): Value {
  const value = Value.new(BigNum.from_str(amount.value));
  const all = MultiAsset.new();
  for (const { policyId, tokens } of metadata?.tokenBundle ?? []) {
    const assets = all.get(ScriptHash.from_hex(policyId)) ?? Assets.new();
    for (const one of tokens) {
      assets.insert(AssetName.new(Buffer.from(one.currency.symbol, 'hex')), BigNum.from_str(one.value));
    }
    all.insert(ScriptHash.from_hex(policyId), assets);
  }
  if (all.len() > 0) value.set_multiasset(all);
  return value;
}

function addressOf(text: string): Address {
  return text.startsWith('addr') ? Address.from_bech32(text) : ByronAddress.from_base58(text).to_address();
}

/** The body that a node makes of operations, written by the official library. */
function bodyOf(operations: readonly Operation[]): TransactionBody {
  const [inputs, outputs] = [TransactionInputs.new(), TransactionOutputs.new()];
  let fee = 0n;
  for (const operation of operations) {
    fee -= BigInt(operation.amount.value);
    const { account, coin_change } = operation;
    if (coin_change === undefined) outputs.add(TransactionOutput.new(addressOf(account.address), moneyOf(operation)));
    else {
      const [txId = '', index = ''] = coin_change.coin_identifier.identifier.split(':');
      inputs.add(TransactionInput.new(TransactionHash.from_hex(txId), Number(index)));
    }
  }
  const body = TransactionBody.new_tx_body(inputs, outputs, BigNum.from_str(`${fee}`));
  body.set_ttl(BigNum.from_str('41000000'));
  return body;
}

/** What preprod asks of transactions. */
export const parameters = {
  coinsPerUtxoSize: '4310',
  maxTxSize: 16384,
  maxValSize: 5000,
  keyDeposit: '2000000',
  minFeeCoefficient: 44,
  minFeeConstant: 155381,
  protocol: 10,
};

/** Answers in the shape of a Rosetta node whose wallet holds these outputs. */
export function answersOf(held: readonly Held[], rules: Json = parameters): NodeAnswers {
  return {
    '/account/coins': {
      block_identifier: { index: 3_000_000, hash: '6e'.repeat(32) },
      coins: held.map(coinOf),
    },
    '/construction/preprocess': { options: { relative_ttl: 1000, transaction_size: 298 } },
    '/construction/metadata': {
      metadata: { ttl: '41000000', protocol_parameters: rules },
      suggested_fee: [{ value: '168493', currency: { symbol: 'ADA', decimals: 6 } }],
    },
    '/construction/payloads': ({ operations }: { readonly operations: readonly Operation[] }) => ({
      unsigned_transaction: sealEnvelope(bodyOf(operations).to_bytes(), encode({ operations })),
      payloads: [],
    }),
  };
}

const [large, small, mixed, plain] = ['a1', 'b2', 'c3', 'd4'].map((byte) => byte.repeat(32));
export const held: readonly Held[] = [
  { txId: small ?? '', index: 1, amount: 5_000_000n },
  { txId: large ?? '', amount: 40_000_000n },
  { txId: mixed ?? '', index: 2, amount: 3_000_000n, tokens: { [token]: 900n, [nameless]: 7n } },
  { txId: plain ?? '', amount: 2_000_000n, tokens: { [token]: 50n } },
];
export const answers = answersOf(held);
const payment = { chain: 'ADA', network: 'testnet', answers } as const;

export const adaPayments: readonly PaymentCase[] = [
  { ...payment, name: 'coins', request: { from: { address: from }, to, amount: '12.5' } },
  { ...payment, name: 'tokens', request: { from: { address: from }, to, amount: '9.3', token, decimals: 2 } },
];
