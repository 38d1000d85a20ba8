import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../../src/chains/registry.js';
import type { ErrorCode } from '../../../src/core/errors.js';
import { evmChainIds, loadErrorVectors } from '../../support/vectors.js';
import { signVector } from '../replay.js';

// Deliberate differences to the recording: what it signed although chain id or sender are foreign is refused, and what it
// could not sign but is right is signed. Cases whose wallet cannot be used at all are not the chain's business.
const refused: Record<string, ErrorCode> = {
  'eth-eip1559-type2-with-gasprice': 'FEE_INVALID',
  'eth-wrong-chain-field-invalid-json': 'TRANSACTION_INVALID',
  'eth-gas-too-low': 'GAS_TOO_LOW',
  'eth-bad-to-checksum': 'ADDRESS_INVALID',
  'eth-from-address-given': 'SENDER_MISMATCH',
  'celo-gas-field': 'CHAIN_ID_MISMATCH',
  'celo-chainid-mismatch': 'CHAIN_ID_MISMATCH',
  'celo-chainid-string': 'CHAIN_ID_MISMATCH',
  'xdc-gasprice-absent': 'CHAIN_ID_MISMATCH',
  'one-bech32-to': 'CHAIN_ID_MISMATCH',
  'matic-pkey-nonce-zero': 'CHAIN_ID_MISMATCH',
  'bsc-estimate-even-if-gas-given': 'CHAIN_ID_MISMATCH',
  'bsc-offchain-withdrawal-ignored': 'CHAIN_ID_MISMATCH',
  // The recording failed before it asked for the chain id, so no answer to that question is on record.
  'eth-eip1559-fields': 'NODE_REFUSED',
  'xdc-to-with-xdc-prefix': 'NODE_REFUSED',
};
const signed = ['eth-privatekey-wallet-with-index', 'eth-private-key-without-0x'];
const walletCases = ['eth-mnemonic-wallet-without-index', 'eth-unknown-signature-id'];

describe('a recorded case', () => {
  const registry = createRegistry();
  const ids: readonly string[] = evmChainIds;
  const cases = loadErrorVectors().filter(({ chain, name }) => ids.includes(chain) && !walletCases.includes(name));

  it('a recorded case is either refused with a known code or signed', () => {
    expect(cases.map(({ name }) => name).sort()).toEqual([...Object.keys(refused), ...signed].sort());
  });

  it.each(cases)('$name ends as said', async (vector) => {
    const signing = signVector(registry.get(vector.chain), vector);
    const code = refused[vector.name];
    if (code !== undefined) await expect(signing).rejects.toMatchObject({ code });
    else expect((await signing).raw).toBe(vector.broadcasts[0]?.body.txData);
  });

  it.each(['eth-eip1559-fields', 'xdc-to-with-xdc-prefix', 'one-bech32-to', 'celo-gas-field'])(
    '%s is signed once the node answers with the chain id of its network',
    async (name) => {
      const vector = cases.find((one) => one.name === name);
      if (vector === undefined) throw new Error(`no case ${name}`);
      const chainId = { ETH: 11155111, XDC: 51, ONE: 1666700000, CELO: 44787 }[vector.chain] ?? 0;
      const answers = { eth_chainId: chainId, eth_estimateGas: 21000 };
      const rpc = Object.entries(answers).map(([method, result]) => ({
        request: { method: 'POST', url: '', body: { method, params: [] } },
        response: { status: 200, body: { result: `0x${result.toString(16)}` } },
      }));
      const members: unknown = JSON.parse(vector.pending.serializedTransaction);
      const serializedTransaction = JSON.stringify({ ...(members as object), chainId });
      // XDC always asks for an estimate, whatever is given; the recording has none for this case.
      const estimate = rpc.filter(({ request }) => request.body.method === 'eth_estimateGas');
      const { raw } = await signVector(registry.get(vector.chain), {
        ...vector,
        pending: { ...vector.pending, serializedTransaction },
        rpc: vector.chain === 'XDC' ? anyParams(estimate) : rpc,
      });
      expect(raw).toMatch(/^0x[0-9a-f]+$/);
    },
  );
});

/** Lets an answer fit the one call that XDC makes for this case. */
function anyParams<T extends { request: { body: { method: string; params: unknown[] } } }>(calls: readonly T[]): T[] {
  const params = [
    {
      from: '0x0df33272db884ab6c242d0857df97b56aaf6ac79',
      to: '0x59f323a501f9976db548f8206169a3c2c537a5f6',
      value: '0x1',
      nonce: '0x1',
      gasPrice: '0x1388',
      chainId: 51,
    },
  ];
  return calls.map((call) => ({ ...call, request: { ...call.request, body: { ...call.request.body, params } } }));
}
