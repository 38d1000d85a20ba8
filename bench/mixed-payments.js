// Payments of all chains for the mixed loads: wallets with keys of their own, and transactions that the chains' own builders
// made at the nodes of mixed-nodes.js. No two are equal.
import { randomBytes, randomUUID } from 'node:crypto';
import {
  Address,
  BigNum,
  TransactionBody,
  TransactionHash,
  TransactionInput,
  TransactionInputs,
  TransactionOutput,
  TransactionOutputs,
  Value,
} from '@emurgo/cardano-serialization-lib-nodejs';
import { hex } from '@scure/base';
import { encode } from 'cborg';
import { readAddress as beaconAddress } from '../dist/chains/binance-chain/address.js';
import { sealEnvelope } from '../dist/chains/cardano/body.js';
import { createRegistry } from '../dist/chains/registry.js';
import { encodeSigned } from '../dist/chains/utxo/format.js';
import { scriptsOf } from '../dist/chains/utxo/script.js';
import { transactionId } from '../dist/chains/utxo/sign.js';
import { nodePath } from '../dist/core/chain/tatum.js';
import { CustosError } from '../dist/core/errors.js';
import { parsePending } from '../dist/core/signing/pending.js';
import { API_KEY, createWorld } from './mixed-nodes.js';
import { keyIn, pendingId, randomHex } from './support.js';

const network = 'testnet';
export const registry = createRegistry();
const chains = registry.ids.map((id) => registry.get(id));
const satoshis = 300_000_000;

/**
 * Prepares as many payments of each chain, of its senders in turn.
 * @returns `wallets`: for `wallet import`; `pending`: as a cloud lists them; `facts` for the nodes; `works`: what a bare loop
 *   does for each of them, with the very requests that a daemon sends before the broadcast, and the same bytes in it
 */
export async function preparePayments(ofEach, senders) {
  const facts = { raws: {}, outputs: {}, scripts: {}, coins: {}, bodies: {}, keys: {}, writeBody: writeCardanoBody };
  const world = createWorld(chains, facts);
  const made = { wallets: [], pending: [], works: [] };
  let number = 0;
  for (const chain of chains) {
    const keys = Array.from({ length: senders }, (_, at) => newSender(chain, at));
    made.wallets.push(...keys.map(({ line }) => line));
    for (const { address, account } of keys) if (account !== undefined) facts.keys[account] = address;
    const accounts = keys.map((sender) => ({ ...sender, count: 0n, spent: new Set() }));
    const to = receiverOf(chain);
    for (let at = 0; at < ofEach; at++) {
      // The first decimals tell all payments of all chains apart.
      const amount = `1.${String(10_000 + number++)}`;
      const sender = accounts[at % senders];
      giveOutput(chain, sender, facts);
      const { pending, work } = await prepareOne(chain, { world, sender, to, amount });
      made.pending.push(pending);
      made.works.push(work);
    }
  }
  const { writeBody: _writeBody, ...told } = facts;
  return { ...made, facts: told };
}

/** A wallet with a private key; on Flow its account has an address of its own. */
function newSender(chain, at) {
  const random = new Uint8Array(randomBytes(32));
  const privateKey = chain.keys.newPrivateKey?.(random) ?? random;
  const publicKey = chain.keys.publicKey(privateKey);
  const address = chain.keys.address(publicKey, network);
  const key = keyIn(chain, privateKey, address);
  const signatureId = randomUUID();
  const text = chain.keys.encodePrivateKey(privateKey, network);
  const line = JSON.stringify({ signatureId, chain: chain.id, testnet: true, privateKey: text });
  const account = chain.id === 'FLOW' ? (0xf8d6e0586b0a2000n + BigInt(at)).toString(16) : undefined;
  return { signatureId, key, line, address, account, curve: curveOf(chain, privateKey) };
}

function curveOf({ id, keys }, privateKey) {
  return id === 'ADA' || id === 'BCH' ? id : (keys.rawKey?.(privateKey).kind ?? keys.curves[0]);
}

function receiverOf(chain) {
  if (chain.id === 'FLOW') return '0xf8d6e0586b0a2000';
  const seed = new Uint8Array(32).fill(0x22);
  return chain.keys.address(chain.keys.publicKey(chain.keys.newPrivateKey?.(seed) ?? seed), network);
}

/** Gives a sender one more output, where the chain has outputs. */
function giveOutput(chain, { address, key }, facts) {
  if (chain.id === 'ADA') {
    facts.coins[address] ??= [];
    facts.coins[address].push({ txId: randomHex(32), amount: '3000000' });
  }
  if (chain.builder?.kind !== 'bitcoind') return;
  const [script] = scriptsOf(key.publicKey);
  const inputs = [{ txId: randomHex(32), index: 0, sequence: 0xffffffff, amount: 0n }];
  const outputs = [{ amount: BigInt(satoshis), script }];
  const { stripped } = encodeSigned({ version: 2, lockTime: 0, inputs, outputs }, []);
  const output = { txid: transactionId(stripped), vout: 0, amount: satoshis / 1e8, scriptPubKey: hex.encode(script) };
  facts.raws[output.txid] = hex.encode(stripped);
  facts.outputs[output.txid] = output;
  facts.scripts[output.scriptPubKey] ??= [];
  facts.scripts[output.scriptPubKey].push(output);
}

async function prepareOne(chain, { world, sender, to, amount }) {
  const { signatureId, key, address, account, spent, curve } = sender;
  const builder = nodeOf(chain, world);
  const count = sender.count++;
  const unsigned = await build(chain, {
    request: { from: { address, account, publicKey: key.publicKey }, to, amount, ...limitOf(chain) },
    context: {
      network,
      node: builder.node,
      now: Date.now,
      nextNonce: async (latest) => latest + count,
      spent: async (outputs) => new Set(outputs.filter((output) => spent.has(output))),
    },
    spend: (output) => spent.add(output),
  });
  const context = { network, from: address, signers: [{ address, publicKey: key.publicKey }] };
  const pendingOf = (serialized) => {
    const pending = { id: pendingId(), chain: chain.id, hashes: [signatureId], serializedTransaction: serialized };
    return { pending, parsed: parsePending(pending, chain.id, network) };
  };
  const filling = { ...context, nextNonce: async (latest) => latest + count };
  const complete = (parsed, { node }) => chain.node.complete(parsed, { ...filling, node });
  // Ready: whatever a request of the chain can state is stated.
  const ready = statesItsForm.has(chain.id) ? await complete(pendingOf(unsigned).parsed, builder) : unsigned;
  const { pending, parsed } = pendingOf(numbered(chain, ready, count));
  const way = nodeOf(chain, world);
  const completed = await complete(parsed, way);
  const signed = await chain.codec.parse(completed, context).sign([key]);
  const isByNode = chain.node.sendsByNode === true;
  if (isByNode) await chain.node.broadcast({ ...signed, completed, sender: address }, way.node);
  const body = { txData: isByNode ? signed.txId : signed.raw, signatureId: pending.id };
  return { pending, work: { curve, asked: way.asked, path: `/v3/${chain.slug}/broadcast`, body } };
}

/** Chains whose completed form is a request that leaves nothing open. */
const statesItsForm = new Set(['ALGO', 'XRP', 'BTC', 'LTC', 'DOGE', 'BCH']);

/** A fee limit settles price and gas of the Ethereum family. */
function limitOf(chain) {
  return chain.builder?.kind === 'evm' ? { maxFee: '1' } : {};
}

/** A gateway gives transactions of the Ethereum family their numbers. */
function numbered(chain, serialized, count) {
  if (chain.builder?.kind !== 'evm') return serialized;
  return JSON.stringify({ ...JSON.parse(serialized), nonce: Number(count) });
}

async function build(chain, { request, context, spend }) {
  // The network is closed, so nothing builds payments for it any more.
  if (chain.payments === undefined) return beaconTransfer(request);
  const { unsigned, spends = [] } = await chain.payments.build(request, context);
  for (const output of spends) spend(output);
  return unsigned;
}

/** The form in which the cloud lists a transfer of BNB Beacon Chain: each side as bytes and as it is signed. */
function beaconTransfer({ from, to, amount }) {
  const coins = [{ denom: 'BNB', amount: Math.round(Number(amount) * 1e8) }];
  const side = (address) => ({ address: { type: 'Buffer', data: [...beaconAddress(address, network)] }, coins });
  return JSON.stringify({
    msg: { inputs: [side(from.address)], outputs: [side(to)], aminoPrefix: '2A2C87FA' },
    signMsg: { inputs: [{ address: from.address, coins }], outputs: [{ address: to, coins }] },
    memo: '',
  });
}

/** A client of the cloud's nodes that keeps what it was asked. */
function nodeOf(chain, world) {
  const asked = [];
  const base = `/v3/${nodePath(chain, network)}/${API_KEY}`;
  const ask = async (path, { body, form } = {}) => {
    if (form !== undefined) throw new Error(`${chain.id} sends a form`);
    asked.push({ path, ...(body !== undefined && { body }) });
    const { status, value } = world.answer({ path, body: body && JSON.parse(JSON.stringify(body)) });
    if (status === 200) return value;
    throw new CustosError('NODE_REFUSED', value.message, { details: { status } });
  };
  const node = {
    async rpc(method, params) {
      const { result, error } = await ask(base, { body: { jsonrpc: '2.0', id: 1, method, params } });
      if (error !== undefined) throw new CustosError('NODE_REFUSED', error.message);
      return result;
    },
    http: ({ path, ...request }) => ask(`${base}${path}`, request),
    cloud: ({ path, ...request }) => ask(path, request),
    transactionCount: (address) => ask(`/v3/${chain.slug}/transaction/count/${address}`),
    feeAdvice: () => ask(`/v3/blockchain/fee/${chain.id}`),
    publicService: (url, request) => ask(new URL(url).pathname + new URL(url).search, request),
  };
  return { node, asked };
}

/** What a node of Cardano makes of operations, by the official library. */
function writeCardanoBody(operations) {
  const [inputs, outputs] = [TransactionInputs.new(), TransactionOutputs.new()];
  let fee = 0n;
  for (const { account, amount, coin_change: spent } of operations) {
    fee -= BigInt(amount.value);
    if (spent === undefined) {
      const value = Value.new(BigNum.from_str(amount.value));
      outputs.add(TransactionOutput.new(Address.from_bech32(account.address), value));
    } else {
      const [txId, index] = spent.coin_identifier.identifier.split(':');
      inputs.add(TransactionInput.new(TransactionHash.from_hex(txId), Number(index)));
    }
  }
  const body = TransactionBody.new_tx_body(inputs, outputs, BigNum.from_str(String(fee)));
  body.set_ttl(BigNum.from_str('41000000'));
  return sealEnvelope(body.to_bytes(), encode({ operations }));
}
