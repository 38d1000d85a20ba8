import { describe, expect, it } from 'vitest';
import { ReadBodies } from '../../../src/api/answering/read-bodies.js';

describe('bodies that were read before', () => {
  /** A memory that counts what it has to read. */
  const counted = () => {
    const bodies = new ReadBodies<{ readonly text: string }>();
    const counts = { read: 0 };
    const read = (name: string, text: string) =>
      bodies.read(name, Buffer.from(text), () => {
        counts.read += 1;
        if (text === 'bad') throw new Error('bad');
        return { text };
      });
    return { counts, read };
  };

  it('are read once for each name and text, and have the digest of what they say', () => {
    const { counts, read } = counted();
    const first = read('a', '1');
    expect(read('a', '1')).toBe(first);
    expect(read('b', '1')).not.toBe(first);
    expect(read('b', '1').digest()).toBe(first.digest());
    expect(counts.read).toBe(2);
  });

  it('are other bodies as soon as one byte differs', () => {
    const { counts, read } = counted();
    const found = ['1', '1 ', '2', '1', '1', '\u00e9', '\u00e8'].map((text) => read('a', text).value.text);
    expect(found).toEqual(['1', '1 ', '2', '1', '1', '\u00e9', '\u00e8']);
    expect(counts.read).toBe(6);
  });

  it('are not remembered where they were refused, or where their name is too long', () => {
    const { counts, read } = counted();
    for (let time = 0; time < 2; time++) {
      expect(() => read('a', 'bad')).toThrow('bad');
      read('x'.repeat(401), '1');
    }
    expect(counts.read).toBe(4);
  });

  it('cannot be changed by whoever has one', () => {
    const bodies = new ReadBodies<{ keys: { wallet: string }[] }>();
    const { value } = bodies.read('a', Buffer.from('1'), () => ({ keys: [{ wallet: 'x' }] }));
    expect(() => Object.assign(value, { keys: [] })).toThrow(TypeError);
    expect(() => Object.assign(value.keys[0] ?? {}, { wallet: 'y' })).toThrow(TypeError);
  });

  it('are forgotten when there are more than 16,384, the one that was not sent for longest first', () => {
    const { counts, read } = counted();
    for (let place = 0; place < 16_384; place++) read(`${place}`, 'x');
    read('0', 'x');
    read('new', 'x');
    expect(counts.read).toBe(16_385);
    read('0', 'x');
    expect(counts.read).toBe(16_385);
    read('1', 'x');
    expect(counts.read).toBe(16_386);
  });

  it('take at most eight megabytes', () => {
    const { counts, read } = counted();
    const large = 'x'.repeat(2 * 1024 * 1024);
    for (const name of ['a', 'b', 'c', 'd', 'd', 'a']) read(name, large);
    expect(counts.read).toBe(4);
    read('e', large);
    read('b', large);
    expect(counts.read).toBe(6);
    read('a', large);
    expect(counts.read).toBe(6);
  });
});
