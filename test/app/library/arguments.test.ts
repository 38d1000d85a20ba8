import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as door from '../../../src/index.js';
import { CustosError, createStore, openStore, Secret, type WalletStore } from '../../../src/index.js';

const directory = mkdtempSync(join(tmpdir(), 'custos-door-'));
const location = join(directory, 'store.db');
const password = Secret.text('password of a program');
let store: WalletStore;
let closed: WalletStore;

beforeAll(async () => {
  ({ store } = await createStore({ location, password }));
  closed = await openStore({ location, password });
  await closed.close();
});
afterAll(async () => {
  await store.close();
  rmSync(directory, { recursive: true });
});

const signatureId = '26d3883e-4e17-48b3-a0ee-09a3e484ac83';
const judge = { name: 'all', decide: async () => ({ kind: 'allow' }) };
const carrying = { network: 'testnet', nodes: { ETH: 'http://127.0.0.1:1' }, judges: [judge] };
const paying = { id: 'a', chain: 'ETH', keys: [{ signatureId }], unsigned: '{}' };

type Call = (given: unknown) => unknown;

/** Plain JavaScript has no types: everything goes in. */
function loose(of: () => object, method: string): Call {
  return (given) => {
    const found: unknown = Reflect.get(of(), method);
    return typeof found === 'function' ? Reflect.apply(found, of(), [given]) : undefined;
  };
}

/** Each function of the door with what it takes, and values that each member must not have. */
const functions: Readonly<
  Record<string, readonly [call: Call, good: object, wrong: Readonly<Record<string, readonly unknown[]>>]>
> = {
  createStore: [
    loose(() => door, 'createStore'),
    { location: join(directory, 'new.db'), password },
    {
      location: [undefined, 1, '', {}, null],
      password: [undefined, 'plain text', new Uint8Array(3), Object.create(Secret.prototype), {}, null],
    },
  ],
  openStore: [
    loose(() => door, 'openStore'),
    { location, password },
    {
      location: [undefined, 1, '', [], null],
      password: [undefined, 'plain text', Object.create(Secret.prototype), null],
    },
  ],
  createWallet: [
    loose(() => store, 'createWallet'),
    { chain: 'ETH', network: 'testnet' },
    {
      chain: [undefined, 1, '', 'NONE', null, {}],
      network: [undefined, 'test', true, null],
      kind: ['both', 1, null, undefined],
      label: [1, '', null],
      derivation: [1, 'nonsense', null],
    },
  ],
  importWallet: [
    loose(() => store, 'importWallet'),
    { chain: 'ETH', network: 'testnet', privateKey: Secret.text('0x1') },
    {
      chain: [undefined, 1, 'NONE'],
      network: [undefined, 'test'],
      privateKey: [undefined, 'plain text', '0x11', Secret.text('nonsense'), null],
      mnemonic: [Secret.text('two of them'), 'plain text'],
      signatureId: ['nonsense', 1, null],
      xpub: [1, null],
      address: [1, null],
    },
  ],
  wallets: [loose(() => store, 'wallets'), { chain: 'ETH' }, { chain: [1, 'NONE', null], network: ['test', 1, null] }],
  address: [
    loose(() => store, 'address'),
    { signatureId, index: 0 },
    {
      signatureId: [undefined, 1, 'nonsense', signatureId, null],
      index: ['0', -1, 0.5, Number.NaN, 2 ** 31, null],
    },
  ],
  carrier: [
    loose(() => store, 'carrier'),
    carrying,
    {
      network: [undefined, 'test', 'mainnet '],
      nodes: [undefined, 'http://127.0.0.1:1', { ETH: 1 }, { NONE: 'http://127.0.0.1:1' }, { ETH: 'nonsense' }, null],
      judges: [undefined, judge, [undefined], [{ name: 'a' }], [{ ...judge, name: '' }], [async () => {}], null],
      source: [null, {}, { pending: 1 }, { pending() {}, completed: 1 }, () => []],
      confirmations: ['1', 0, 1.5, -1],
      feeCeilings: ['ETH=1', ['ETH'], [1], ['NONE=1']],
      allowedHazards: ['ETH:all', ['ETH:nonsense'], [1]],
      developmentChainIds: [1, { ETH: '1' }, { ETH: 0 }, { NONE: 1 }],
      log: [{}, console.log, { debug() {}, info() {}, warn() {}, error: 1 }],
    },
  ],
};

/** Validation, or about the very thing that was named; never a code that blames the store or the program. */
const blames = ['INTERNAL', 'RECORD_DAMAGED', 'STORE_DAMAGED'];

async function codeOf(work: () => unknown): Promise<string> {
  try {
    const result = await work();
    // What is listed is read when it is asked for.
    if (typeof result === 'object' && result !== null && Symbol.asyncIterator in result) {
      for await (const _ of result as AsyncIterable<unknown>) break;
    }
    return 'none';
  } catch (thrown) {
    if (!(thrown instanceof CustosError)) return `not coded: ${String(thrown)}`;
    expect(thrown.hint.length).toBeGreaterThan(5);
    expect(`${thrown.message} ${JSON.stringify(thrown.details)}`).not.toContain('plain text');
    return thrown.code;
  }
}

it('every exported function is tested here', async () => {
  const exported = Object.entries(door).filter(([name, value]) => typeof value === 'function' && /^[a-z]/.test(name));
  expect(Object.keys(functions)).toEqual(expect.arrayContaining(exported.map(([name]) => name)));
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(store)).filter((name) => name !== 'constructor');
  expect(Object.keys(functions)).toEqual(expect.arrayContaining(methods.filter((name) => name !== 'close')));
});

describe.each(Object.entries(functions))('%s', (name, [call, good, wrong]) => {
  it.each([undefined, null, 1, 'text', [], () => undefined, Symbol('s'), 10n, new Date()])(
    'the function refuses %s in place of its options',
    async (given) => {
      if (name === 'wallets' && given === undefined) return;
      expect(await codeOf(() => call(given))).toBe('ARGUMENT_INVALID');
    },
  );

  it('the function refuses an unknown member', async () => {
    expect(await codeOf(() => call({ ...good, unknown: 1 }))).toBe('ARGUMENT_INVALID');
  });

  it('the function refuses unreadable options', async () => {
    const throwing = (error: unknown) =>
      Object.defineProperty({ ...good }, Object.keys(good)[0]!, {
        enumerable: true,
        get: () => {
          throw error;
        },
      });
    expect(await codeOf(() => call(throwing(new TypeError('plain text'))))).toBe('ARGUMENT_INVALID');
    expect(await codeOf(() => call(throwing('plain text')))).toBe('ARGUMENT_INVALID');
  });

  const rows = Object.entries(wrong).flatMap(([member, values]) => values.map((value) => [member, value] as const));
  it.each(rows)('the function refuses a wrong %s: %s', async (member, value) => {
    const code = await codeOf(() => call({ ...good, [member]: value }));
    expect(code).toMatch(/^[A-Z_]+$/);
    expect(blames).not.toContain(code);
    // What has the wrong type is refused as such, before anything of it is used.
    const isType = typeof value !== 'string' && !(value instanceof Secret) && typeof value !== 'object';
    if (isType && value !== -1 && value !== 0.5 && value !== 2 ** 31) expect(code).toBe('ARGUMENT_INVALID');
  });

  it('a call with a closed store is refused', async () => {
    if (name === 'createStore' || name === 'openStore') return;
    expect(await codeOf(() => loose(() => closed, name)(good))).toBe('STORE_CLOSED');
  });
});

describe('a carrier', () => {
  it('a carrier refuses wrong transactions and options, and everything when it is closed', async () => {
    const carrier = await store.carrier({ ...carrying, network: 'testnet', judges: [] });
    const carry = loose(() => carrier, 'carry');
    const wrong: Readonly<Record<string, readonly unknown[]>> = {
      id: [undefined, 1, '', 'a b', '../a', null],
      chain: [undefined, 1, 'NONE', 'BTC', null],
      keys: [
        undefined,
        [],
        signatureId,
        [signatureId],
        [{}],
        [{ signatureId: 1 }],
        [{ signatureId, index: '0' }],
        null,
      ],
      unsigned: [undefined, 1, { to: '0x' }, null],
      more: [1],
    };
    for (const [member, values] of Object.entries(wrong)) {
      for (const value of values) {
        const code = await codeOf(() => carry({ ...paying, [member]: value }));
        expect([member, value, code]).toEqual([member, value, expect.stringMatching(/^[A-Z_]+$/)]);
        expect(blames).not.toContain(code);
      }
    }
    for (const given of [undefined, null, 1, 'a', []])
      expect(await codeOf(() => carry(given))).toBe('ARGUMENT_INVALID');
    const run = loose(() => carrier, 'run');
    for (const given of [undefined, {}, { signal: 1 }, { signal: AbortSignal.abort(), period: 1 }]) {
      expect(await codeOf(() => run(given))).toBe('ARGUMENT_INVALID');
    }
    expect(await codeOf(() => loose(() => store, 'carrier')(carrying))).toBe('ARGUMENT_INVALID');
    await carrier.close();
    await carrier.close();
    for (const call of [carry, run, loose(() => carrier, 'runOnce')]) {
      expect(await codeOf(() => call(paying))).toBe('STORE_CLOSED');
    }
    await (await store.carrier({ ...carrying, network: 'testnet', judges: [] })).close();
  });

  it('a carrier on mainnet needs a judge', async () => {
    expect(await codeOf(() => store.carrier({ ...carrying, network: 'mainnet', judges: [] }))).toBe('ARGUMENT_INVALID');
  });
});

describe('the classes of the door', () => {
  it('the exported classes refuse wrong arguments', async () => {
    const text = loose(() => Secret, 'text');
    const bytes = loose(() => Secret, 'bytes');
    for (const given of [undefined, null, 1, {}, new Uint8Array(1)]) {
      expect(await codeOf(() => text(given))).toBe('ARGUMENT_INVALID');
    }
    for (const given of [undefined, null, 1, {}, 'plain text', [1]]) {
      expect(await codeOf(() => bytes(given))).toBe('ARGUMENT_INVALID');
    }
    for (const given of [['NONE', 'text'], [undefined], ['INTERNAL', 1], ['constructor', 'text']]) {
      expect(await codeOf(() => Reflect.construct(CustosError, given))).toBe('ARGUMENT_INVALID');
    }
  });

  it('the exported classes print no secret', () => {
    expect([String(password), `${password}`]).toEqual(['[secret]', '[secret]']);
  });
});

it('a closed store can be closed again, and its list ends with the code', async () => {
  const other = await openStore({ location, password });
  const list = other.wallets();
  await other.close();
  await other.close();
  expect(await codeOf(() => list)).toBe('STORE_CLOSED');
});

it('a wrong or wiped password is refused with its own codes', async () => {
  expect(await codeOf(() => openStore({ location, password: Secret.text('another') }))).toBe('PASSWORD_WRONG');
  expect(await codeOf(() => openStore({ location, password: Secret.text('') }))).toBe('PASSWORD_EMPTY');
});
