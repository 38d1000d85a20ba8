import { describe, expect, it } from 'vitest';
import { flowChain } from '../../../src/chains/flow/index.js';
import { usualPatience } from '../../../src/chains/flow/node.js';
import { codeOf, keyOf, prepare } from './asking.js';
import { CLOUD_ACCOUNT, FlowNetwork } from './network.js';

const flow = flowChain({ patience: { ...usualPatience, polls: 2, interval: 0 } });
const key = keyOf(flow, 'a33794bd2afd4f43d52189750275dc894e8aee9c1bfd505ce2201a32c0f8c20');
const p256Key = keyOf(flow, `p256:${'5e'.repeat(32)}`);
const account = '3d2a13dd671bd559';
const body = { account: `0x${account}`, to: '0xa55d3234a0815ea4', amount: '10.5', currency: 'FLOW' };
const request = { type: 2, body };

function networkWith(keys: Parameters<FlowNetwork['accounts']['set']>[1]): FlowNetwork {
  const network = new FlowNetwork();
  network.accounts.set(account, keys);
  return network;
}

const usual = () => networkWith([{ publicKey: key.address, sequence: 5 }]);

async function signed(network: FlowNetwork, kind: 'cloud' | 'own', signer = key) {
  const { completed, node, unsigned } = await prepare(request, { chain: flow, network, kind, key: signer });
  const bytes = await unsigned.sign([signer]);
  return { ...bytes, node, completed, sender: signer.address, unsigned };
}

describe('through a cloud', () => {
  it('the accounts of a cloud propose and pay, and the network accepts all signatures', async () => {
    const network = usual();
    const sent = await signed(network, 'cloud');
    const id = await flow.node.broadcast!(sent, sent.node);
    expect(network.results.get(id)).toMatchObject({ status: 'Sealed', status_code: 0 });
    expect(network.posted[0]).toMatchObject({ payer: CLOUD_ACCOUNT, authorizers: [account] });
    expect(network.told).toEqual([{ txData: id, proposalKey: 0 }]);
    expect(sent.unsigned.nonce).toBeUndefined();
    expect(sent.unsigned.summary).toMatchObject({ fee: { amount: 0n }, value: { amount: 1_050_000_000n } });
  });

  it('the account of a P-256 key shows which of its keys it is, and its hash', async () => {
    const network = networkWith([
      { publicKey: key.address, sequence: 0 },
      { publicKey: p256Key.address, curve: 'ECDSA_P256', hash: 'SHA2_256', sequence: 0 },
    ]);
    const sent = await signed(network, 'cloud', p256Key);
    await flow.node.broadcast!(sent, sent.node);
    expect(network.posted[0]!.payload_signatures[1]).toMatchObject({ address: account, key_index: '1' });
  });

  it('the same payload is sent again after a lost answer, and it takes effect once', async () => {
    const network = usual();
    const sent = await signed(network, 'cloud');
    network.losesAnswer = true;
    expect(await codeOf(() => flow.node.broadcast!(sent, sent.node))).toBe('NODE_UNREACHABLE');
    expect(network.told).toEqual([]);
    await flow.node.broadcast!(sent, sent.node);
    expect(network.posted).toHaveLength(2);
    expect(network.accounts.get(CLOUD_ACCOUNT)![0]!.sequence).toBe(1201);
  });

  it('the proposal key is freed when the network refuses', async () => {
    const network = usual();
    const sent = await signed(network, 'cloud');
    network.refusesPost = 'invalid expression';
    expect(await codeOf(() => flow.node.broadcast!(sent, sent.node))).toBe('NODE_REFUSED');
    expect(network.told).toEqual([{ txData: '', proposalKey: 0 }]);
  });

  it('an execution without success is reported, whatever words the contract uses', async () => {
    const network = usual();
    const sent = await signed(network, 'cloud');
    network.failure = '[Error Code: 1101] panic: already known transaction';
    const broken = flow.node.broadcast!(sent, sent.node);
    await expect(broken).rejects.toMatchObject({ code: 'BROADCAST_REFUSED' });
    await expect(broken).rejects.not.toThrow(/already ?(known|imported|in )|\bknown transaction/i);
  });

  it('a transaction without a sealed block is not called lost', async () => {
    const network = usual();
    const sent = await signed(network, 'cloud');
    network.stalls = true;
    expect(await codeOf(() => flow.node.broadcast!(sent, sent.node))).toBe('BROADCAST_DEFERRED');
    expect(network.told).toEqual([]);
  });

  it('a cloud that names the account itself as payer is refused', async () => {
    const network = usual();
    const cloud = { ...request, body: { ...body, account: `0x${CLOUD_ACCOUNT}` } };
    expect(await codeOf(() => prepare(cloud, { chain: flow, network, kind: 'cloud', key }))).toBe(
      'NODE_ANSWER_INVALID',
    );
  });
});

describe('with an own node', () => {
  it('with an own node, the account proposes, pays and authorizes with the key that it has for the wallet', async () => {
    const network = networkWith([
      { publicKey: key.address, sequence: 9, revoked: true },
      { publicKey: key.address, sequence: 9, weight: 500 },
      { publicKey: key.address, hash: 'SHA2_256', sequence: 41 },
    ]);
    const sent = await signed(network, 'own');
    expect(sent.unsigned.nonce).toBe(41n);
    expect(sent.unsigned.summary.fee.amount).toBe(40_006_000n);
    await flow.node.broadcast!(sent, sent.node);
    const [posted] = network.posted;
    expect(posted).toMatchObject({ payer: account, payload_signatures: [], gas_limit: '9999' });
    expect(posted!.proposal_key).toEqual({ address: account, key_index: '2', sequence_number: '41' });
  });

  it('an own node takes P-256 signatures', async () => {
    const network = networkWith([{ publicKey: p256Key.address, curve: 'ECDSA_P256', sequence: 0 }]);
    const sent = await signed(network, 'own', p256Key);
    await flow.node.broadcast!(sent, sent.node);
    expect(network.accounts.get(account)![0]!.sequence).toBe(1);
  });

  it.each([
    [
      'of another chain',
      (network: FlowNetwork) => Object.assign(network, { chainId: 'flow-mainnet' }),
      'CHAIN_ID_MISMATCH',
    ],
    ['without the wallet’s key', (network: FlowNetwork) => network.accounts.set(account, []), 'SENDER_MISMATCH'],
    [
      'with a key of less weight',
      (network: FlowNetwork) => network.accounts.set(account, [{ publicKey: key.address, sequence: 1, weight: 999 }]),
      'SENDER_MISMATCH',
    ],
    [
      'where the same digits are a key of the other curve',
      (network: FlowNetwork) =>
        network.accounts.set(account, [{ publicKey: key.address, curve: 'ECDSA_P256', sequence: 1 }]),
      'SENDER_MISMATCH',
    ],
  ])('an account or node %s is refused', async (_what, change, code) => {
    const network = usual();
    change(network);
    expect(await codeOf(() => signed(network, 'own'))).toBe(code);
  });

  it('a transaction waits for its turn, and gives up when another one took its number', async () => {
    const network = usual();
    const sent = await signed(network, 'own');
    const [own] = network.accounts.get(account)!;
    own!.sequence = 4;
    expect(await codeOf(() => flow.node.broadcast!(sent, sent.node))).toBe('BROADCAST_DEFERRED');
    own!.sequence = 6;
    expect(await codeOf(() => flow.node.broadcast!(sent, sent.node))).toBe('BROADCAST_REFUSED');
    expect(network.posted).toEqual([]);
  });

  it('the same bytes are sent again after a crash, and take effect once', async () => {
    const network = usual();
    const sent = await signed(network, 'own');
    network.losesAnswer = true;
    expect(await codeOf(() => flow.node.broadcast!(sent, sent.node))).toBe('NODE_UNREACHABLE');
    expect(await flow.node.broadcast!(sent, sent.node)).toBe(sent.txId);
    network.refusesPost = 'the reference block is too old';
    expect(await flow.node.broadcast!(sent, sent.node)).toBe(sent.txId);
    expect(network.accounts.get(account)![0]!.sequence).toBe(6);
  });

  it('a transaction that the cloud should pay is not sent to an own node', async () => {
    const network = usual();
    const sent = await signed(network, 'cloud');
    expect(await codeOf(() => flow.node.broadcast!(sent, network.node('own')))).toBe('BROADCAST_REFUSED');
  });
});

describe('the fate of signed bytes', () => {
  it('signed bytes are open while the reference block is valid, and dead when it expired with an unused number', async () => {
    const network = usual();
    const sent = await signed(network, 'own');
    expect(await flow.node.fate!(sent, sent.node)).toBe('open');
    network.height += 1200;
    expect(await flow.node.fate!(sent, sent.node)).toBe('open');
    network.height += 1;
    expect(await flow.node.fate!(sent, sent.node)).toBe('dead');
    expect(network.asked.at(-1)).toContain('block_height=2201');
  });

  it('signed bytes are never dead when their number was used, by any transaction', async () => {
    const network = usual();
    const sent = await signed(network, 'cloud');
    await flow.node.broadcast!(sent, sent.node);
    network.height += 5000;
    expect(await flow.node.fate!(sent, sent.node)).toBe('open');
  });

  it('signed bytes are known as soon as the network has them under their id', async () => {
    const network = usual();
    const sent = await signed(network, 'own');
    expect(await flow.node.broadcast!(sent, sent.node)).toBe(sent.txId);
    expect(await flow.node.fate!(sent, sent.node)).toBe('known');
    const sponsored = await signed(usual(), 'cloud');
    const txId = await flow.node.broadcast!(sponsored, sponsored.node);
    expect(await flow.node.fate!({ ...sponsored, txId }, sponsored.node)).toBe('known');
  });

  it('signed bytes are open after an execution without success, which is not sent and no reason to sign again', async () => {
    const network = usual();
    const sent = await signed(network, 'own');
    network.failure = 'panic';
    expect(await codeOf(() => flow.node.broadcast!(sent, sent.node))).toBe('BROADCAST_REFUSED');
    network.height += 5000;
    expect(await flow.node.fate!(sent, sent.node)).toBe('open');
  });
});
