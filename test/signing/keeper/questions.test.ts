import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseChainId, parseOwnerId, parseTenantId } from '../../../src/core/ids.js';
import type { SigningRules } from '../../../src/core/signing/signing-rules.js';
import type { SealedWallet } from '../../../src/core/signing/wallet.js';
import { type FrontQuestion, parseQuestions, questionText } from '../../../src/signing/keeper/questions.js';
import { rulesText } from '../../../src/signing/keeper/rules-text.js';
import { signingParts, signRequest } from '../../support/signing-parts.js';

const parts = await signingParts();
/** What a wallet is found by stays with the front. */
const withoutLookup = ({ lookup: _, ...record }: SealedWallet): SealedWallet => record;
const { sealed: found, wallet } = await parts.wallet('hd');
const made = { wallet, sealed: withoutLookup(found) };
const request = signRequest(made, {}, { index: 7 });
const hello: FrontQuestion = {
  kind: 'hello',
  n: 1,
  request: { storeId: parts.storeId, slots: parts.slots, rules: rulesText(new Map()) },
};
const sign = {
  kind: 'sign' as const,
  n: 2,
  request: {
    ...request,
    pending: { ...request.pending, withdrawal: { id: 'w1', responses: [{ deep: [1] }] } },
    digest: '00',
  },
} satisfies FrontQuestion;
const identify = {
  kind: 'identify' as const,
  n: 3,
  request: { sealed: [made.sealed], keys: [{ signatureId: made.wallet.signatureId, index: 7 }] },
} satisfies FrontQuestion;

const checkpoint = {
  kind: 'checkpoint',
  n: 4,
  request: {
    writer: 'main',
    start: { size: 3, hashes: new Uint8Array(64).fill(1), note: 'a note\n' },
    leaves: new Uint8Array(96).fill(2),
    former: 'another note\n',
    beside: [{ writer: 'w00', size: 1, root: Buffer.alloc(32, 3).toString('base64') }],
  },
} as const satisfies FrontQuestion;

const marked = withoutLookup(parts.vault.withControl(made.sealed, { tags: ['hot'], state: 'active', since: 1 }));
const box = Uint8Array.of(1, 2, 3);
const control = {
  kind: 'control' as const,
  n: 4,
  request: {
    constitution: { version: 2, box },
    policies: [
      { version: 6, box },
      { version: 7, box },
    ],
  },
} satisfies FrontQuestion;

const decree = {
  kind: 'decree' as const,
  n: 7,
  request: {
    documents: control.request,
    signatures: [{ act: 'widen', key: 'ed25519:abc', signature: 'AB-_' } as const],
    wish: { act: 'publish', policy: '{}', delay: 25 },
  },
} satisfies FrontQuestion;

const refused = expect.objectContaining({ code: 'SIGNER_PROTOCOL' });

/** A question as a front would send it, to be changed. */
function plain(question: FrontQuestion): Record<string, unknown> {
  return JSON.parse(questionText(question));
}

describe('the questions of a front', () => {
  it('questions of a front are read as they were written', () => {
    const read = parseQuestions([plain(hello), plain(sign), plain(identify), plain(checkpoint)]);
    const { chain, network, keys, withdrawal } = { ...sign.request.pending };
    expect(read[0]).toEqual({
      ...hello,
      request: { ...hello.request, slots: parts.slots.map((slot) => ({ ...slot, salt: new Uint8Array(slot.salt) })) },
    });
    expect(read[1]).toEqual({ ...sign, request: { ...sign.request, pending: { chain, network, keys, withdrawal } } });
    expect(read[2]).toEqual(identify);
    expect(read[3]).toEqual(checkpoint);
  });

  it('the kind of a message comes along, and one that is unknown is refused', () => {
    const { chain, network, keys } = request.pending;
    const pending = { chain, network, keys, kind: 'typed-data' as const };
    const asked: FrontQuestion = { kind: 'sign', n: 5, request: { ...request, pending } };
    expect(parseQuestions([plain(asked)])).toEqual([asked]);
    const odd = JSON.parse(questionText(asked).replace('typed-data', 'transaction'));
    expect(() => parseQuestions([odd])).toThrow(refused);
  });

  it('the tag of a proven user comes along, and no other text is one', () => {
    const of = (user: string): FrontQuestion => {
      const { chain, network, keys } = request.pending;
      return { kind: 'sign', n: 5, request: { ...request, pending: { chain, network, keys, user } } };
    };
    expect(parseQuestions([plain(of('0f'.repeat(32)))])).toEqual([of('0f'.repeat(32))]);
    for (const bad of ['u-17', '0F'.repeat(32), '0f'.repeat(33)]) {
      expect(() => parseQuestions([plain(of(bad))]), bad).toThrow(refused);
    }
  });

  it('the tenant of a record comes along, what it is found by does not, and no other text is a tenant', () => {
    const of = (tenant: unknown) => ({ ...found, format: 3, tenant }) as SealedWallet;
    const asked = (record: SealedWallet): FrontQuestion => ({
      ...identify,
      request: { ...identify.request, sealed: [record] },
    });
    expect(parseQuestions([plain(asked(of('shop')))])).toEqual([asked(withoutLookup(of('shop')))]);
    for (const bad of ['', 'Shop', 7, null, 'x'.repeat(65)]) {
      expect(() => parseQuestions([plain(asked(of(bad)))]), String(bad)).toThrow(refused);
    }
  });

  it('what persons signed comes as it was asked, and any other form of it is refused', () => {
    const unfreeze: FrontQuestion = {
      ...decree,
      request: { ...decree.request, signatures: [], wish: { act: 'unfreeze', freeze: 'lines' } },
    };
    expect(parseQuestions([plain(decree), plain(unfreeze)])).toEqual([decree, unfreeze]);
    const { request } = plain(decree);
    const [signature] = decree.request.signatures;
    const wrong: readonly object[] = [
      { wish: undefined },
      { wish: { act: 'rekey' } },
      { wish: { act: 'publish', policy: 7 } },
      { wish: { act: 'publish', policy: '{}', delay: 0.5 } },
      { wish: { act: 'unfreeze', freeze: 'x'.repeat(4_097) } },
      { documents: undefined },
      { documents: { policies: [{ version: 1, box: 'no base64' }] } },
      { signatures: 'all' },
      { signatures: [{ ...signature, act: 'constitution' }] },
      { signatures: [{ ...signature, key: 'a\nb' }] },
      { signatures: [{ ...signature, signature: 7 }] },
      { signatures: Array.from({ length: 257 }, () => signature) },
    ];
    const asked = (change: object) => [{ kind: 'decree', n: 7, request: { ...(request as object), ...change } }];
    for (const change of wrong) expect(() => parseQuestions(asked(change)), JSON.stringify(change)).toThrow(refused);
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('documents', 'signatures', 'wish'), (value, name) => {
        try {
          parseQuestions(asked({ [name]: value }));
        } catch (error) {
          expect(error).toEqual(refused);
        }
      }),
    );
  });

  it('a question for a wallet comes as it was asked, and any text of another form is refused', () => {
    const wanted = {
      chain: parseChainId('ETH'),
      network: 'mainnet',
      kind: 'hd',
      tenant: parseTenantId('shop'),
      owner: parseOwnerId('u-17'),
      slot: 'main',
      tags: ['hot'],
      label: 'Ann & Co',
      requireUserToken: true,
    } as const;
    const asked: FrontQuestion = { kind: 'create', n: 6, request: wanted };
    expect(parseQuestions([plain(asked)])).toEqual([asked]);
    const wrong: readonly (readonly [string, unknown])[] = [
      ['chain', 'a b'],
      ['network', 'main'],
      ['kind', 'seed'],
      ['tenant', undefined],
      ['tenant', '../x'],
      ['owner', ''],
      ['slot', 'A'],
      ['tags', 'hot'],
      ['tags', Array.from({ length: 65 }, () => 'a')],
      ['label', 'a\nb'],
      ['label', 'x'.repeat(201)],
      ['requireUserToken', 'yes'],
    ];
    for (const [name, value] of wrong) {
      const changed = { kind: 'create', n: 6, request: { ...wanted, [name]: value } };
      expect(() => parseQuestions([changed]), name).toThrow(refused);
    }
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(wanted)), (value, name) => {
        try {
          parseQuestions([{ kind: 'create', n: 6, request: { ...wanted, [name]: value } }]);
        } catch (error) {
          expect(error).toEqual(refused);
        }
      }),
    );
  });

  it('the control box of a record comes along, and one that is no bytes is refused', () => {
    const asked: FrontQuestion = { ...identify, request: { ...identify.request, sealed: [marked] } };
    expect(parseQuestions([plain(asked)])).toEqual([asked]);
    for (const controlBox of [null, 'A', {}, 'A'.repeat(300_000)]) {
      const changed = plain(asked) as unknown as { request: { sealed: Record<string, unknown>[] } };
      Object.assign(changed.request.sealed[0] ?? {}, { controlBox });
      expect(() => parseQuestions([changed])).toThrow(refused);
    }
  });

  it.each<[string, Record<string, unknown>]>([
    ['no log', { writer: '' }],
    ['a log of another form', { writer: '../main' }],
    ['no start', { start: undefined }],
    ['a start that counts less than nothing', { start: { size: -1, hashes: '' } }],
    ['a part of a hash', { leaves: 'AAAA' }],
    ['hashes in another spelling', { leaves: ` ${Buffer.alloc(32).toString('base64')}` }],
    ['more leaves than one request has', { leaves: Buffer.alloc(32 * 100_001).toString('base64') }],
    ['more other logs than a checkpoint names', { beside: new Array(33).fill(checkpoint.request.beside[0]) }],
    ['a root that is no hash', { beside: [{ writer: 'w00', size: 1, root: '' }] }],
    ['a note that is no text', { former: 7 }],
    ['a note that is too long', { start: { size: 0, hashes: '', note: 'x'.repeat(65_537) } }],
  ])('a question for a checkpoint with %s is refused', (_what, change) => {
    const asked = plain(checkpoint);
    Object.assign(asked['request'] as object, change);
    expect(() => parseQuestions([asked])).toThrow(refused);
  });

  it('documents of control and approvals are read as they were written', () => {
    const approved = { id: 'p-1', approvals: [{ text: 'custos-approval/1', signature: 'x' }] };
    const asked: FrontQuestion = { ...sign, request: { ...sign.request, control: approved } };
    const [documents, signed] = parseQuestions([plain(control), plain(asked)]);
    expect(documents).toEqual(control);
    expect(signed).toMatchObject({ request: { control: approved } });
  });

  it('a pending transaction travels without what only the front needs', () => {
    expect(questionText(sign)).not.toContain('"received"');
  });

  it.each<[string, FrontQuestion, Record<string, unknown>]>([
    ['a number that is not whole', sign, { n: 1.5 }],
    ['a negative number', sign, { n: -1 }],
    ['another kind', sign, { kind: 'unlock' }],
    ['an inherited kind', sign, { kind: '__proto__' }],
    ['no request', sign, { request: undefined }],
    ['a list for a request', sign, { request: [] }],
  ])('a question with %s is refused', (_what, question, change) => {
    expect(() => parseQuestions([{ ...plain(question), ...change }])).toThrow(refused);
  });

  it.each<[string, FrontQuestion, Record<string, unknown>]>([
    ['a completed form that is no text', sign, { completed: {} }],
    ['a digest that is no digest', sign, { digest: 'x' }],
    ['a network that does not exist', sign, { pending: { chain: 'ETH', network: 'devnet', keys: [] } }],
    ['sealed records that are no list', sign, { sealed: {} }],
    ['a sealed record that is none', identify, { sealed: [null] }],
    ['a key without its id', identify, { keys: [{ index: 1 }] }],
    ['a store id that is none', hello, { storeId: '../../etc' }],
    ['slots that are no list', hello, { slots: 'all' }],
    ['too many slots', hello, { slots: Array.from({ length: 101 }, () => ({})) }],
    ['rules that are no text', hello, { rules: null }],
    ['policies that are no list', control, { policies: {} }],
    ['a policy without its box', control, { policies: [{ version: 1 }] }],
    ['a version that is not whole', control, { policies: [{ version: 0.5, box: 'AQID' }] }],
    ['a constitution that is none', control, { constitution: 'all' }],
    ['too many policies', control, { policies: Array.from({ length: 257 }, () => ({ version: 1, box: '' })) }],
    ['an id that is none', sign, { control: { id: '../x', approvals: [] } }],
    ['approvals that are no list', sign, { control: { id: 'x', approvals: {} } }],
    ['an approval without a signature', sign, { control: { id: 'x', approvals: [{ text: 'x' }] } }],
    [
      'a longer approval than any',
      sign,
      { control: { id: 'x', approvals: [{ text: 'x'.repeat(9_000), signature: '' }] } },
    ],
  ])('a request with %s is refused', (_what, question, change) => {
    const asked = plain(question);
    expect(() => parseQuestions([{ ...asked, request: { ...Object(asked['request']), ...change } }])).toThrow(refused);
  });

  it('bytes that are not canonical base64 are refused', () => {
    const [first = ''] = [Buffer.from(made.sealed.secretBox).toString('base64')];
    for (const secretBox of [`${first}!`, ` ${first}`, 1, 'A', 'A'.repeat(300_000)]) {
      const asked = plain(identify) as unknown as { request: { sealed: Record<string, unknown>[] } };
      Object.assign(asked.request.sealed[0] ?? {}, { secretBox });
      expect(() => parseQuestions([asked])).toThrow(refused);
    }
  });

  it('what is passed on unread is not nested deeper than it can be copied', () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
    const asked = (levels: number) => {
      const changed = plain(sign) as unknown as { request: { pending: { withdrawal: { responses: unknown } } } };
      changed.request.pending.withdrawal.responses = nested(levels);
      return changed;
    };
    expect(parseQuestions([asked(32)])).toHaveLength(1);
    expect(() => parseQuestions([asked(33)])).toThrow(refused);
    expect(() => parseQuestions([asked(5_000)])).toThrow(refused);
  });

  it('any value is read as questions or refused with a code', () => {
    const member = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('hello', 'sign', 'identify', 'control', '__proto__', parts.storeId),
    );
    const question = fc.record({ kind: member, n: member, request: fc.dictionary(fc.string(), member) });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.array(question)), (value) => {
        try {
          parseQuestions(value);
        } catch (error) {
          expect(error).toMatchObject({ code: 'SIGNER_PROTOCOL' });
        }
      }),
    );
  });
});

const eth = parseChainId('ETH');
const btc = parseChainId('BTC');
const rules: SigningRules = new Map([
  [eth, { developmentChainId: 31337n, feeCeilings: new Map([['ETH', 2n]]), allowedHazards: new Set(['foreign-key']) }],
  [btc, { feeCeilings: new Map(), allowedHazards: new Set() }],
]);

test('the text of limits does not depend on their order, and names no chain without any', () => {
  expect(rulesText(new Map([...rules].reverse()))).toBe(rulesText(rules));
  expect(rulesText(rules)).not.toContain('BTC');
  expect(rulesText(new Map([[btc, { feeCeilings: new Map(), allowedHazards: new Set() }]]))).toBe(rulesText(new Map()));
});

test('the text of limits changes with each of them', () => {
  const own = {
    developmentChainId: 31337n,
    feeCeilings: new Map([['ETH', 2n]]),
    allowedHazards: new Set(['foreign-key']),
  };
  const changed = [
    { ...own, developmentChainId: 31338n },
    { ...own, feeCeilings: new Map([['ETH', 3n]]) },
    { ...own, feeCeilings: new Map([['WEI', 2n]]) },
    { ...own, allowedHazards: new Set() },
  ];
  const texts = changed.map((one) => rulesText(new Map([[eth, one]]) as SigningRules));
  expect(new Set([rulesText(rules), ...texts]).size).toBe(5);
  const onAnother = new Map([[parseChainId('BSC'), own]]) as unknown as SigningRules;
  expect(rulesText(onAnother)).not.toBe(rulesText(rules));
});

describe('what whoever writes to the database makes too long', () => {
  const long = new Uint8Array(8 * 1024 * 1024);

  it.each<[string, FrontQuestion]>([
    ['a secret half', { ...sign, request: { ...sign.request, sealed: [{ ...made.sealed, secretBox: long }] } }],
    ['a public half', { ...identify, request: { ...identify.request, sealed: [{ ...made.sealed, publicBox: long }] } }],
    ['what was decided', { ...sign, request: { ...sign.request, sealed: [{ ...marked, controlBox: long }] } }],
    ['a policy', { ...control, request: { policies: [{ version: 1, box: long }] } }],
  ])(
    '%s that is too long fails by itself and is not sent, because a keeper would end the connection',
    (_what, question) => {
      expect(() => questionText(question)).toThrow(expect.objectContaining({ code: 'RECORD_DAMAGED' }));
    },
  );

  it('approvals that are too long or too many are left out, and the others are sent', () => {
    const approval = { text: 'lines', signature: 'signed' };
    const endless = [
      { ...approval, text: 'x'.repeat(9_000) },
      { ...approval, signature: 'x'.repeat(9_000) },
    ];
    const many = Array.from({ length: 1_001 }, () => approval);
    const text = questionText({
      ...sign,
      request: { ...sign.request, control: { id: 'p', approvals: [...endless, ...many] } },
    });
    const [read] = parseQuestions([JSON.parse(text)]);
    expect(read?.kind === 'sign' && read.request.control?.approvals).toEqual(many.slice(1));
  });
});
