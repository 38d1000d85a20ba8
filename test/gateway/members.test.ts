import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import type { Chain } from '../../src/core/chain/chain.js';
import { keyOf } from '../chains/signing.js';
import { type Scene, startScene } from './clients/scene.js';
import { type Answer, client, signatureId } from './running.js';

interface Form {
  readonly operation: string;
  readonly form: string;
  /** Where the body names the chain. */
  readonly chains?: readonly string[];
  /** Those that are needed, with their types. */
  readonly members: Readonly<Record<string, string>>;
}
const { forms } = JSON.parse(readFileSync(new URL('../vectors/documented-forms.json', import.meta.url), 'utf8')) as {
  forms: readonly Form[];
};
const registry = createRegistry();

function chainOf({ operation, chains }: Form): Chain | undefined {
  if (chains !== undefined) return registry.get(chains[0] ?? '');
  const slug = operation.split('/')[2];
  return registry.ids.map((id) => registry.get(id)).find((chain) => chain.slug === slug);
}

const places =
  /^(to|from|address|contractAddress|account|feeRecipient|custodialAddress|fromAccount|spender|nftAddress|owner|seller|recipient|issuerAccount|tokenAddress|minter|collectionAddress|treasuryWithdrawalDestination|changeAddress)$/;

/** Of chains whose keys are not any 32 bytes; only their length counts here. */
const others: Readonly<Record<string, string>> = {
  ADA: `addr1${'q'.repeat(90)}`,
  FLOW: '0xf8d6e0586b0a20c7',
  XRP: `r${'h'.repeat(30)}`,
};

/** A value of the documented type, which means something where that is easy. */
function sampleOf(
  name: string,
  type: string,
  { chain, isOutput, form }: { chain: Chain; isOutput: boolean; form: string },
): unknown {
  const address = others[chain.id] ?? keyOf(chain).address;
  if (name === 'signatureId') return signatureId;
  if (type === 'boolean') return true;
  if (type === 'number' || type === 'integer') return 1;
  if (name === 'metadata') return { name: 'n', symbol: 's', uri: 'u', sellerFeeBasisPoints: 1 };
  if (type === 'object') return { inputs: [] };
  if (type === 'string') return places.test(name) ? address : name === 'currency' ? chain.id : '1';
  if (name === 'fromAddress') return [{ address, signatureId }];
  if (name === 'fromUTXO') return [{ txHash: 'ab'.repeat(32), index: 0, signatureId }];
  if (form.startsWith('MintMultiTokenBatch') && name !== 'to') return [['1']];
  if (name === 'to' && isOutput) return [{ address, value: 1 }];
  return name === 'params' || name === 'args' ? [] : places.test(name) ? [address] : ['1'];
}

/** What the gateway can do without, although the API cannot: member and forms. */
const spared: Readonly<Record<string, RegExp>> = {
  // The coin pays.
  feeCurrency: /Celo/i,
  // The mint says it.
  digits: /SolanaSpl/,
  // The least fee, and change that goes back.
  fee: /^Ada/,
  changeAddress: /^Ada/,
  // A contract is asked, and nothing signed.
  signatureId: /SmartContractMethod/,
  // The refusal names the issuer that is left over.
  token: /^Transfer(Xlm|Xrp)/,
};

/** What it needs, although the API's document says that it does not. */
const demanded: Readonly<Record<string, RegExp>> = {
  // Without them nobody knows how much, and where.
  digits: /AlgoErc20/,
  contractAddress: /^BidOnAuction/,
};

describe.each(forms)('$operation $form', (form) => {
  const { operation, members } = form;
  const [method = '', path = ''] = operation.split(' ');
  const chain = chainOf(form) ?? registry.get('ETH');
  const isOutput = operation.endsWith('/transaction');
  const body = {
    ...(form.chains && { chain: chain.id }),
    ...Object.fromEntries(
      Object.entries(members).map(([name, type]) => [name, sampleOf(name, type, { chain, isOutput, form: form.form })]),
    ),
  };
  const send = (change: object = {}) => {
    const sent = JSON.stringify({ ...body, ...change });
    return method === 'PUT' ? scene.ask.put(path, sent) : scene.ask.post(path, sent);
  };

  test('has a reason where it is not offered, and elsewhere takes the documented types and minds no others', async () => {
    const plain = await send();
    expect([404, 405, 500], JSON.stringify(plain.body)).not.toContain(plain.status);
    if (plain.status === 501) {
      expect(plain.body).toMatchObject({
        errorCode: 'NOT_OFFERED',
        message: expect.stringMatching(/: .{10,}|not offer/),
      });
      return;
    }
    for (const { property, constraints } of plain.body.data ?? []) {
      if (demanded[property]?.test(form.form) === true) continue;
      expect([property, Object.keys(constraints)]).not.toEqual([property, ['invalid_type']]);
    }
    const optional = { index: null, nonce: null, fee: null, data: null, feeCurrency: null, note: null, message: null };
    const given = Object.entries(optional).filter(([name]) => !Object.hasOwn(body, name));
    expect(outcome(await send({ unknown: { deep: [null, { a: 1 }] }, other: null }))).toEqual(outcome(plain));
    expect(outcome(await send(Object.fromEntries(given)))).toEqual(outcome(plain));
    for (const name of Object.keys(body)) {
      const absent = await send({ [name]: undefined });
      expect(outcome(await send({ [name]: null })), name).toEqual(outcome(absent));
      if (spared[name]?.test(form.form) === true) continue;
      const named = (absent.body.data ?? []).map(({ property }: { property: string }) => property.split('.')[0]);
      const isSource = absent.body.errorCode === 'transaction.invalid.body';
      expect([name, absent.status, isSource ? name : named.includes(name) && name]).toEqual([
        name,
        isSource ? 403 : 400,
        name,
      ]);
    }
  });
});

/** Everything but the id of what was queued. */
function outcome({ status, body }: Answer): unknown {
  return status === 200 ? status : { status, ...body };
}

const scene = {} as Scene & { ask: ReturnType<typeof client> };
beforeAll(async () => {
  Object.assign(scene, await startScene());
  scene.ask = client(scene.url);
});
afterAll(() => scene.close());
