import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseImport } from '../../src/app/wallets/import-format.js';
import { CustosError } from '../../src/core/errors.js';
import { keys, mnemonic } from '../support/kms.js';

const id = '26d3883e-4e17-48b3-a0ee-09a3e484ac83';
const good = { signatureId: id, privateKey: keys.one.privateKey, chain: 'ETH' };
const problemsOf = (text: string) => parseImport(text).flatMap((item) => (item.kind === 'problem' ? [item] : []));

describe('the input of `wallet import`', () => {
  it('the input of `wallet import` is the object that `export` prints, or one object a line', () => {
    const entry = { mnemonic, chain: 'ETH', testnet: true };
    const forms = [JSON.stringify({ [id]: entry }, null, 2), `\n${JSON.stringify({ signatureId: id, ...entry })}\n\n`];
    for (const form of forms) {
      expect(parseImport(form)).toMatchObject([
        {
          kind: 'request',
          request: { signatureId: id, chain: 'ETH', network: 'testnet', secret: { kind: 'mnemonic' } },
        },
      ]);
    }
  });

  it('an invalid import names the line or the wallet of the problem', () => {
    const text = [good, { ...good, signatureId: undefined, chain: 5 }, { ...good, testnet: 1 }].map((one) =>
      JSON.stringify(one),
    );
    expect(problemsOf(text.join('\n'))).toMatchObject([{ label: 'line 2' }, { label: `wallet ${id}` }]);
  });

  it.each(['signatureId', 'chain', 'xpub', 'address', 'testnet'])(
    'a secret in the place of `%s` is refused and not repeated',
    (field) => {
      for (const secret of [keys.one.privateKey, keys.one.privateKey.slice(2), mnemonic, `xprv${'9'.repeat(107)}`]) {
        const [problem, another] = problemsOf(JSON.stringify({ ...good, [field]: secret }));
        expect(another).toBeUndefined();
        const shown = JSON.stringify([problem?.label, problem?.error.message, problem?.error.details]);
        expect(shown).not.toContain(secret.slice(0, 12));
        expect(problem?.error.code).toMatch(/_(INVALID|UNKNOWN)$/);
      }
    },
  );

  const other = { ...good, privateKey: keys.other.privateKey };
  const entry = JSON.stringify(good);
  it.each([
    ['of one signature ID', `{"${id}":${entry},"${id}":${JSON.stringify(other)}}`, id],
    ['of one signature ID in two spellings', `{"\\u0032${id.slice(1)}":${entry},"${id}":${entry}}`, id],
    ['in one entry of an object', `{"${id}":${entry.replace('{', '{"privateKey":"lost",')}}`, 'a field'],
    ['in one line', entry.replace('{', '{"privateKey":"lost",'), 'a field'],
  ])('of two secrets %s none is dropped silently', (_, text, what) => {
    const refused = expect.objectContaining({ code: 'IMPORT_INVALID', message: expect.stringContaining(what) });
    const read = () => {
      for (const { error } of problemsOf(text)) throw error;
    };
    expect(read).toThrow(refused);
    expect(read).not.toThrow('lost');
  });

  it('a secret as the name of an entry is not repeated', () => {
    const [problem] = problemsOf(JSON.stringify({ [keys.one.privateKey]: { chain: 'ETH' } }));
    expect(problem).toMatchObject({ label: 'entry 1', error: { code: 'SIGNATURE_ID_INVALID' } });
    expect(problem!.error.message).not.toContain('0x');
  });

  it('any import input gives entries or a coded error, and shows nothing of its secrets', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value)),
      fc
        .record({ chain: fc.jsonValue(), mnemonic: fc.jsonValue(), testnet: fc.jsonValue() })
        .map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(text, (input) => {
        try {
          for (const item of parseImport(input)) {
            if (item.kind === 'problem') expect(item.error).toBeInstanceOf(CustosError);
          }
        } catch (error) {
          expect(error).toMatchObject({ code: 'IMPORT_INVALID' });
        }
      }),
    );
  });
});
