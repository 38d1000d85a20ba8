import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCheckpoint, signCheckpoint } from '../../src/crypto/checkpoint.js';
import { publicKey } from '../../src/crypto/ed25519.js';
import { checkNote, formatNoteKey, parseNote, parseNoteKey, signNote } from '../../src/crypto/signed-note.js';

// The example of Go's golang.org/x/mod/sumdb/note, which C2SP signed-note describes.
const keyLine = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const note = `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

const seed = new Uint8Array(32).fill(7);
const own = { name: 'custos/00/main', publicKey: publicKey(seed) };

function read<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it was not read');
  return value;
}

describe('a signed note', () => {
  it('of another implementation is valid under its published key', () => {
    const key = read(parseNoteKey(keyLine));
    expect(formatNoteKey(key)).toBe(keyLine);
    expect(read(parseNote(note)).text).toBe(text);
    expect(checkNote(read(parseNote(note)), key)).toBe('valid');
  });

  it('is invalid when its text was changed, and unknown to another key', () => {
    const key = read(parseNoteKey(keyLine));
    expect(checkNote(read(parseNote(note.replace('answer', 'Answer'))), key)).toBe('invalid');
    expect(checkNote(read(parseNote(note)), own)).toBe('unknown');
  });

  it('is valid under each of the keys that signed it', () => {
    const second = new Uint8Array(32).fill(8);
    const signed = signNote('text\n', [
      { name: own.name, seed },
      { name: 'other', seed: second },
    ]);
    expect(checkNote(read(parseNote(signed)), own)).toBe('valid');
    expect(checkNote(read(parseNote(signed)), { name: 'other', publicKey: publicKey(second) })).toBe('valid');
  });

  it('refuses a key line whose key id is of another name or key', () => {
    expect(parseNoteKey(keyLine.replace('PeterNeumann', 'PeterNewman'))).toBeUndefined();
    expect(parseNoteKey(keyLine.replace('ARpc', 'ARpd'))).toBeUndefined();
    expect(parseNoteKey(keyLine.replace('ARpc', 'Ahpc'))).toBeUndefined();
  });

  it('reads no text that is not one, whatever it is', () => {
    for (const bad of ['', '\n', 'text\n', 'text\n\n', `${text}\n- A x08go/ZJ\n`, note.slice(0, -1), `\u0007${note}`]) {
      expect(parseNote(bad)).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat({ max: note.length }), (noise, at) => {
        const mixed = `${note.slice(0, at)}${noise}${note.slice(at)}`;
        const found = parseNote(mixed);
        if (found === undefined || mixed === note) return;
        const verdict = checkNote(found, read(parseNoteKey(keyLine)));
        if (verdict === 'valid') expect(found.text).toBe(text);
        expect(parseNoteKey(noise)).toBeUndefined();
      }),
    );
  });
});

describe('a checkpoint', () => {
  const checkpoint = { origin: own.name, size: 3, root: new Uint8Array(32).fill(1), extensions: ['previous x'] };

  it('is read as it was signed', () => {
    const found = read(parseCheckpoint(signCheckpoint(checkpoint, [seed])));
    expect({ ...found, root: new Uint8Array(found.root), note: undefined }).toEqual({ ...checkpoint, note: undefined });
    expect(checkNote(found.note, own)).toBe('valid');
  });

  it('is none with a size or a root in another form', () => {
    const signed = signCheckpoint(checkpoint, [seed]);
    for (const size of ['03', '-3', '3.0', '1e3', '', '9007199254740993']) {
      expect(parseCheckpoint(signed.replace('\n3\n', `\n${size}\n`))).toBeUndefined();
    }
    expect(parseCheckpoint(signed.replace('AQEB', 'AQE'))).toBeUndefined();
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (noise) => void parseCheckpoint(noise)));
  });
});
