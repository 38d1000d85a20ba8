import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseDecreed } from '../../../src/signing/control/decreed-answer.js';

const box = Uint8Array.of(1, 2, 3);
const published = { act: 'publish', document: { version: 2, box, viewBox: box } } as const;
const mac = 'A'.repeat(43);
const ended = { act: 'unfreeze', end: { at: 1, signatures: '[]', mac, rootMac: mac } } as const;
const publish = { wish: { act: 'publish', policy: '{}' } } as const;
const unfreeze = { wish: { act: 'unfreeze', freeze: 'lines' } } as const;
const foreign = expect.objectContaining({ code: 'SIGNER_DIED' });

it('what a signer made of a decree is taken without anything else that it says', () => {
  expect(parseDecreed({ ...published, secret: 'x' }, publish)).toEqual(published);
  expect(parseDecreed({ ...ended, end: { ...ended.end, secret: 'x' } }, unfreeze)).toEqual(ended);
});

it('an answer to another decree, and one of another form, is refused', () => {
  expect(() => parseDecreed(published, unfreeze)).toThrow(foreign);
  expect(() => parseDecreed(ended, publish)).toThrow(foreign);
  const documents = [{ version: -1 }, { version: '2' }, { box: new Uint8Array() }, { viewBox: 'AAAA' }];
  for (const change of documents) {
    const wrong = { ...published, document: { ...published.document, ...change } };
    expect(() => parseDecreed(wrong, publish), JSON.stringify(change)).toThrow(foreign);
  }
  for (const change of [{ at: 0.5 }, { signatures: 'a\nb' }, { mac: 'A' }, { rootMac: undefined }]) {
    const wrong = { ...ended, end: { ...ended.end, ...change } };
    expect(() => parseDecreed(wrong, unfreeze), JSON.stringify(change)).toThrow(foreign);
  }
  for (const wrong of [Object.create(published), null, []]) expect(() => parseDecreed(wrong, publish)).toThrow(foreign);
  fc.assert(
    fc.property(fc.anything(), (document) => {
      expect(() => parseDecreed({ act: 'publish', document }, publish)).toThrow(foreign);
    }),
  );
});

it('a sealed policy may have 8 MiB, and signatures 64 KiB', () => {
  const read = (size: number) => {
    const document = { version: 2, box: new Uint8Array(size).fill(1), viewBox: box };
    return parseDecreed({ act: 'publish', document }, publish);
  };
  expect(read(8 * 1024 * 1024)).toMatchObject({ document: { box: { length: 8 * 1024 * 1024 } } });
  expect(() => read(8 * 1024 * 1024 + 1)).toThrow(foreign);
  const signed = (length: number) => ({ ...ended, end: { ...ended.end, signatures: '1'.repeat(length) } });
  expect(parseDecreed(signed(64 * 1024), unfreeze)).toEqual(signed(64 * 1024));
  expect(() => parseDecreed(signed(64 * 1024 + 1), unfreeze)).toThrow(foreign);
});
