import { hex } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { isObject } from '../../core/json.js';
import { type Fields, hexOf, invalid, listOf, objectOf, smallOf, textOf, wholeOf } from '../shared/fields.js';

/** Native tokens of an output: amount by policy id and asset name, both in hexadecimal digits, `policy.name`. */
export type Tokens = ReadonlyMap<string, bigint>;

interface CardanoInput {
  readonly txId: string;
  readonly index: number;
  readonly address: string;
  readonly amount: bigint;
}

export interface CardanoOutput {
  readonly address: string;
  readonly amount: bigint;
  readonly tokens: Tokens;
}

/** What is asked for, in the operations of the Rosetta interface. */
export interface Operations {
  readonly inputs: readonly CardanoInput[];
  readonly outputs: readonly CardanoOutput[];
}

/** All ADA there is, in lovelace. */
export const MAX_LOVELACE = 45_000_000_000_000_000n;
const MAX_OPERATIONS = 500;

/** Reads the request: a JSON list of inputs and outputs. @throws CustosError TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED, AMOUNT_INVALID */
export function readOperations(value: unknown): Operations {
  const list = listOf(value, 'the transaction').map((item, at) => objectOf(item, `operation ${at + 1}`));
  if (list.length > MAX_OPERATIONS) throw invalid(`the transaction has ${list.length} operations`);
  const inputs: CardanoInput[] = [];
  const outputs: CardanoOutput[] = [];
  for (const operation of list) {
    if (operation['type'] === 'input') inputs.push(readInput(operation));
    else if (operation['type'] === 'output') outputs.push(readOutput(operation));
    else throw new CustosError('TRANSACTION_UNSUPPORTED', 'only operations of the types input and output are signed');
  }
  if (inputs.length === 0 || outputs.length === 0) throw invalid('the transaction has no inputs or no outputs');
  if (new Set(inputs.map(({ txId, index }) => `${txId}:${index}`)).size !== inputs.length) {
    throw invalid('the transaction spends an output twice');
  }
  return { inputs, outputs };
}

function readInput(operation: Fields): CardanoInput {
  const change = objectOf(operation['coin_change'], 'coin_change');
  const identifier = textOf(objectOf(change['coin_identifier'], 'coin_identifier')['identifier'], 'identifier');
  const [id = '', index = ''] = identifier.split(':');
  const value = lovelace(operation, true);
  return {
    txId: hex.encode(hexOf(id, 'identifier', 32)),
    index: smallOf(index, 'identifier'),
    address: addressOf(operation),
    amount: value,
  };
}

function readOutput(operation: Fields): CardanoOutput {
  return { address: addressOf(operation), amount: lovelace(operation, false), tokens: readBundle(operation) };
}

function addressOf(operation: Fields): string {
  return textOf(objectOf(operation['account'], 'account')['address'], 'address');
}

function lovelace(operation: Fields, isNegative: boolean): bigint {
  const text = textOf(objectOf(operation['amount'], 'amount')['value'], 'value');
  const digits = isNegative ? text.replace(/^-/, '') : text;
  if (isNegative === (digits === text))
    throw new CustosError('AMOUNT_INVALID', 'an input is negative, an output positive');
  return wholeOf(digits, 'value', MAX_LOVELACE);
}

/** Reads the tokens of an output. @throws CustosError TRANSACTION_INVALID */
export function readBundle({ metadata }: Fields): Tokens {
  const bundle = isObject(metadata) ? metadata['tokenBundle'] : undefined;
  const tokens = new Map<string, bigint>();
  if (bundle === undefined) return tokens;
  for (const item of listOf(bundle, 'tokenBundle')) {
    const policy = objectOf(item, 'tokenBundle');
    const policyId = hex.encode(hexOf(policy['policyId'], 'policyId', 28));
    for (const token of listOf(policy['tokens'], 'tokens')) {
      const { value, currency } = objectOf(token, 'a token');
      const symbol = textOf(objectOf(currency, 'currency')['symbol'], 'symbol');
      // The interface writes an empty name as two escaped quotes.
      const name = symbol === '\\x' || symbol === '' ? '' : hex.encode(hexOf(symbol, 'symbol'));
      tokens.set(`${policyId}.${name}`, wholeOf(value, 'value'));
    }
  }
  return tokens;
}

/** What `CardanoInput` has, and the tokens that go along. */
interface SpentCoin extends CardanoInput {
  readonly tokens: Tokens;
}

/** Writes a request in the form that Tatum's programs send. What an input gives is negative there, its tokens as well. */
export function writeOperations({
  inputs,
  outputs,
}: {
  readonly inputs: readonly SpentCoin[];
  readonly outputs: readonly CardanoOutput[];
}): readonly unknown[] {
  const spent = inputs.map(({ txId, index, ...rest }) => ({
    operation_identifier: { network_index: index },
    ...movedBy('input', rest),
    // The word that Tatum's programs send for outputs that are spent as well.
    coin_change: { coin_identifier: { identifier: `${txId}:${index}` }, coin_action: 'coin_created' },
  }));
  const made = outputs.map((output, index) => ({
    operation_identifier: { network_index: index },
    ...movedBy('output', output),
  }));
  return [...spent, ...made].map(({ operation_identifier: place, ...operation }, index) => ({
    operation_identifier: { index, ...place },
    ...operation,
  }));
}

function movedBy(type: 'input' | 'output', { address, amount, tokens }: CardanoOutput) {
  const sign = type === 'input' ? '-' : '';
  const bundle = new Map<string, unknown[]>();
  for (const [token, units] of tokens) {
    const [policyId = '', symbol = ''] = token.split('.');
    const moved = { value: `${sign}${units}`, currency: { symbol, decimals: 0 } };
    bundle.set(policyId, [...(bundle.get(policyId) ?? []), moved]);
  }
  const tokenBundle = [...bundle].map(([policyId, list]) => ({ policyId, tokens: list }));
  return {
    ...{ related_operations: [], type, status: 'success', account: { address, metadata: {} } },
    amount: {
      value: `${sign}${amount}`,
      currency: { symbol: 'ADA', decimals: 6 },
      ...(type === 'output' && { metadata: {} }),
    },
    metadata: tokenBundle.length > 0 ? { tokenBundle } : {},
  };
}
