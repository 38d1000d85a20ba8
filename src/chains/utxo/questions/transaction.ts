import { hex } from '@scure/base';
import { formatUnits } from '../../../core/chain/units.js';
import type { Network } from '../../../core/ids.js';
import { isObject, type JsonObject } from '../../../core/json.js';
import { smallestUnits, unreadable } from '../coins.js';

import { DECIMALS, type UtxoChainDefinition } from '../definition.js';
import { addressOf, readScript, type UtxoNetwork } from '../script.js';

const METHOD = 'getrawtransaction';

/**
 * A transaction as clients read it: what the node says, and beside it the `inputs` and `outputs` of the API, with satoshis or coins. Nodes
 * no longer list `addresses` of an output, by which clients look for the address.
 * @throws CustosError NODE_ANSWER_INVALID
 */
export function transactionAnswer(
  found: unknown,
  { networks, tatum }: UtxoChainDefinition,
  network: Network,
): JsonObject {
  if (!isObject(found) || !Array.isArray(found['vout']) || !Array.isArray(found['vin'])) {
    throw unreadable(METHOD, 'no transaction');
  }
  const outputs = found['vout'].map((one) => {
    const { value, ...rest } = outputIn(one, networks[network]);
    const isInCoins = tatum?.answers?.outputsInCoins === true;
    return { value: isInCoins ? formatUnits(value, DECIMALS) : Number(value), ...rest };
  });
  const vout = found['vout'].map((one: JsonObject, at) => {
    const address = outputs[at]?.address;
    const listed = address === undefined ? {} : { addresses: [address] };
    return { ...one, scriptPubKey: { ...listed, ...(one['scriptPubKey'] as JsonObject) } };
  });
  const { txid, hash, blockhash, ...rest } = found;
  return {
    ...{ ...rest, txid, blockhash, hash: txid, vout, outputs },
    ...(typeof hash === 'string' && { witnessHash: hash }),
    ...(typeof blockhash === 'string' && { block: blockhash }),
    inputs: found['vin'].map(inputIn),
  };
}

/** The bytes of an output's script. */
export function scriptIn({ hex: digits }: JsonObject, method: string): Uint8Array {
  if (typeof digits === 'string' && /^([0-9a-f]{2})*$/.test(digits)) return hex.decode(digits);
  throw unreadable(method, 'an output without its script');
}

function outputIn(one: unknown, network: UtxoNetwork) {
  if (!isObject(one) || !isObject(one['scriptPubKey'])) throw unreadable(METHOD, 'an output without its script');
  const script = scriptIn(one['scriptPubKey'], METHOD);
  const address = addressOf(readScript(script), network);
  const value = smallestUnits(one['value'], 'value');
  return { value, script: hex.encode(script), ...(address !== undefined && { address }) };
}

/** Coins that are new have no output before them. */
function inputIn(one: unknown) {
  if (!isObject(one)) throw unreadable(METHOD, 'an input that is no object');
  const { txid: hash, vout: index, sequence, scriptSig } = one;
  const script = isObject(scriptSig) ? scriptSig['hex'] : undefined;
  return { sequence, ...(hash !== undefined && { prevout: { hash, index } }), ...(script !== undefined && { script }) };
}
