import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSignatureId } from '../../../src/core/ids.js';
import { ControlBook } from '../../../src/signing/control/book.js';
import { BookKeeper, type BookSeal, type RecordFile, readKept } from '../../../src/signing/control/kept-book.js';
import { Tab } from '../../../src/signing/control/tab.js';

/** A seal that shows its text, and authenticates it as a real one does. */
const seal: BookSeal = {
  seal: (place, text) => Buffer.from(`${tagOf(place, text)}${text}`),
  open(place, bytes) {
    const text = Buffer.from(bytes).toString().slice(64);
    return tagOf(place, text) === Buffer.from(bytes).toString().slice(0, 64) ? text : undefined;
  },
};

function tagOf(place: string, text: string): string {
  return createHash('sha256').update(`${place}\0${text}`).digest('hex');
}

/** A file in memory, whose writes can be held up or fail. */
function memoryFile(start: Uint8Array = new Uint8Array()) {
  const file = {
    bytes: Buffer.from(start),
    manners: [] as string[],
    isFull: false,
    async append(record: Uint8Array) {
      if (file.isFull) throw new Error('full');
      file.manners.push('append');
      file.bytes = Buffer.concat([file.bytes, record]);
    },
    async replace(record: Uint8Array) {
      if (file.isFull) throw new Error('full');
      file.manners.push('replace');
      file.bytes = Buffer.from(record);
    },
  };
  return file;
}

function bookIn(file: RecordFile & { readonly bytes: Uint8Array }) {
  const book = new ControlBook(() => 1_000_000);
  const kept = readKept(file.bytes, seal);
  if (kept !== undefined) book.restore(kept.snapshot, kept.events);
  const keeper = new BookKeeper(file, seal, { counter: kept?.counter ?? 0, snapshot: () => book.snapshot() });
  book.keepIn(keeper);
  return { book, keeper };
}

const takes = (mark: string, amount: bigint, ...uses: string[]) => ({
  claim: { mark, uses },
  approvals: [{ nonce: mark, expires: 2_000_000 }],
  charges: [{ budget: 'day', since: 0, amount, max: 10n ** 30n }],
});
const usedIn = (book: ControlBook) => book.used({ mark: 'other', uses: [] }, [{ budget: 'day', since: 0 }]);
function deferred() {
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((_resolve, rejected) => {
    reject = rejected;
  });
  return { promise, reject: (error: Error) => reject(error) };
}

const signatureId = (digit: string) => parseSignatureId('00000000-0000-4000-8000-000000000000'.replaceAll('0', digit));
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const damaged = expect.objectContaining({ code: 'KEEPER_STATE_DAMAGED' });

describe('the state of a keeper', () => {
  it('after a restart what was refused frees its own budget and no other, also behind one that was gone before', async () => {
    const file = memoryFile();
    const { book } = bookIn(file);
    book.release(book.reserve(takes('gone', 1n)));
    await book.settled();
    const refused = book.reserve(takes('refused', 10n));
    book.reserve(takes('signed', 20n));
    book.release(refused);
    await book.settled();
    expect(file.manners).toEqual(['replace', 'append']);
    expect(usedIn(bookIn(file).book)).toEqual([20n]);
  });

  it('a refusal that a snapshot has already is not counted once more after it', async () => {
    const file = memoryFile();
    const late = deferred();
    const append = file.append;
    const { book } = bookIn(file);
    book.reserve(takes('signed', 20n, 'number 1'));
    const refused = book.reserve({ ...takes('kin', 20n, 'number 1'), approvals: [] });
    await book.settled();
    file.append = () => late.promise;
    book.reserve(takes('next', 1n));
    await turn();
    book.reserve(takes('last', 1n));
    await turn();
    file.append = append;
    // The failed write makes the next one a snapshot, which has this already.
    book.release(refused);
    late.reject(new Error('full'));
    await book.settled();
    expect(file.manners).toEqual(['replace', 'replace', 'append']);
    expect(usedIn(bookIn(file).book)).toEqual(usedIn(book));
    expect(usedIn(book)).toEqual([22n]);
  });

  it('a keeper that starts again knows budgets, spent approvals, families and documents', async () => {
    const file = memoryFile();
    const { book } = bookIn(file);
    const edge = { version: 3, hash: `sha256:${'0'.repeat(64)}` };
    book.accept({ policies: [{ version: 3, box: new Uint8Array() }] }, { policies: [edge] });
    book.reserve(takes('a', 10n ** 20n, 'n#1'));
    await book.settled();
    const refused = book.reserve(takes('b', 7n));
    book.release(refused);
    book.reserve(takes('c', 5n));
    await book.settled();
    expect(file.manners).toEqual(['replace', 'append']);
    const again = bookIn(file).book;
    expect(again.snapshot()).toEqual(book.snapshot());
    expect(usedIn(again)).toEqual([10n ** 20n + 5n]);
    expect(() => again.checkComplete()).toThrow(expect.objectContaining({ code: 'CONTROL_WITHHELD' }));
    expect(() => again.reserve({ ...takes('d', 1n), approvals: [{ nonce: 'a', expires: 2_000_000 }] })).toThrow(
      expect.objectContaining({ code: 'APPROVAL_SPENT' }),
    );
    // The same bytes are charged once, also over a restart.
    again.reserve(takes('a', 10n ** 20n, 'n#1'));
    expect(usedIn(again)).toEqual([10n ** 20n + 5n]);
  });

  it('what happens in one turn, and while something is written, is one write each', async () => {
    const file = memoryFile();
    const { book, keeper } = bookIn(file);
    for (let at = 0; at < 50; at++) book.reserve(takes(`a${at}`, 1n));
    await book.settled();
    for (let at = 0; at < 50; at++) book.reserve(takes(`b${at}`, 1n));
    await book.settled();
    expect(file.manners).toEqual(['replace', 'append']);
    expect(keeper.counter).toBe(2);
    expect(usedIn(bookIn(file).book)).toEqual([100n]);
  });

  it('a write that fails is answered with a code, and the next one keeps everything', async () => {
    const file = memoryFile();
    const { book, keeper } = bookIn(file);
    book.reserve(takes('a', 1n));
    await book.settled();
    file.isFull = true;
    book.reserve(takes('b', 2n));
    await expect(book.settled()).rejects.toMatchObject({ code: 'KEEPER_STATE_UNWRITTEN' });
    expect(keeper.counter).toBe(1);
    file.isFull = false;
    book.reserve(takes('c', 4n));
    await book.settled();
    expect(file.manners).toEqual(['replace', 'replace']);
    expect(usedIn(bookIn(file).book)).toEqual([7n]);
  });

  it('what could not be written is written when somebody asks for it again, though nothing else happens', async () => {
    const file = memoryFile();
    const { book } = bookIn(file);
    file.isFull = true;
    book.accept(
      { policies: [{ version: 1, box: new Uint8Array() }] },
      { policies: [{ version: 1, hash: 'sha256:0' }] },
    );
    for (const _ of ['at once', 'again']) {
      await expect(book.settled()).rejects.toMatchObject({ code: 'KEEPER_STATE_UNWRITTEN' });
    }
    file.isFull = false;
    await book.settled();
    expect(() => bookIn(file).book.checkComplete()).toThrow(expect.objectContaining({ code: 'CONTROL_WITHHELD' }));
  });

  it('no signature leaves by a record or documents that are not on the disk, and not the second one either', async () => {
    const file = memoryFile();
    const { book } = bookIn(file);
    const record = (digit: string, revision: number) => ({ id: signatureId(digit), madeAt: 1, revision });
    const sign = (digit: string, revision: number) => new Tab(book).signed([record(digit, revision)]);
    await sign('1', 2);
    file.isFull = true;
    const unwritten = { code: 'KEEPER_STATE_UNWRITTEN' };
    await expect(sign('2', 2)).rejects.toMatchObject(unwritten);
    await expect(sign('2', 2)).rejects.toMatchObject(unwritten);
    // Nothing about these has to be remembered any more.
    await sign('1', 2);
    await sign('3', 0);
    book.accept(
      { policies: [{ version: 1, box: new Uint8Array() }] },
      { policies: [{ version: 1, hash: 'sha256:0' }] },
    );
    await expect(sign('3', 0)).rejects.toMatchObject(unwritten);
    await expect(sign('3', 0)).rejects.toMatchObject(unwritten);
    file.isFull = false;
    await sign('3', 0);
    const old = expect.objectContaining({ code: 'CONTROL_OLD' });
    for (const digit of ['1', '2']) expect(() => bookIn(file).book.see([record(digit, 1)])).toThrow(old);
  });

  it('a last record that is not whole was never answered for, and is left out', async () => {
    const file = memoryFile();
    const { book } = bookIn(file);
    for (const mark of ['a', 'b']) {
      book.reserve(takes(mark, 1n));
      await book.settled();
    }
    const torn = memoryFile(file.bytes.subarray(0, file.bytes.length - 1));
    const again = bookIn(torn).book;
    expect(usedIn(again)).toEqual([1n]);
    again.reserve(takes('c', 1n));
    await again.settled();
    expect(usedIn(bookIn(torn).book)).toEqual([2n]);
  });

  it('records of two files, in another order, left out or changed are refused', async () => {
    const written = async () => {
      const file = memoryFile();
      const { book } = bookIn(file);
      const ends: number[] = [];
      for (const mark of ['a', 'b', 'c']) {
        book.reserve(takes(mark, 1n));
        await book.settled();
        ends.push(file.bytes.length);
      }
      const [one = 0, two = 0, three = 0] = ends;
      return [file.bytes.subarray(0, one), file.bytes.subarray(one, two), file.bytes.subarray(two, three)] as const;
    };
    const [start, first, second] = await written();
    const [otherStart, otherFirst] = await written();
    for (const parts of [
      [start, otherFirst],
      [otherStart, first],
      [start, second],
      [start, second, first],
      [start, first, first],
      [first, second],
      [start.subarray(0, 10)],
    ]) {
      expect(() => readKept(Buffer.concat(parts), seal)).toThrow(damaged);
    }
    expect(readKept(Buffer.concat([start, first, second]), seal)?.counter).toBe(3);
  });

  it('is written as a whole again once more than a mebibyte was appended to it', async () => {
    const file = memoryFile();
    const { keeper } = bookIn(file);
    const LENGTH_AND_TAG = 4 + 64;
    const text = (size: number) =>
      'x'.repeat(size - LENGTH_AND_TAG - JSON.stringify([{ kind: 'unfrozen', text: '' }]).length);
    const write = (size: number) => keeper.write([{ kind: 'unfrozen', text: text(size) }]);
    for (const size of [200, 1024 * 1024, 200, 200]) await write(size);
    expect(file.manners).toEqual(['replace', 'append', 'append', 'replace']);
  });

  it('zeros after its last record are damage', async () => {
    const file = memoryFile();
    const { book } = bookIn(file);
    book.reserve(takes('a', 1n));
    await book.settled();
    expect(() => readKept(Buffer.concat([file.bytes, Buffer.alloc(4)]), seal)).toThrow(damaged);
    // Fewer bytes are the beginning of a record that was not written to its end.
    expect(readKept(Buffer.concat([file.bytes, Buffer.alloc(3)]), seal)?.counter).toBe(1);
  });

  it('any bytes are read as a state or refused with a code', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        if (bytes.length === 0) expect(readKept(bytes, seal)).toBeUndefined();
        else expect(() => readKept(bytes, seal)).toThrow(damaged);
      }),
    );
  });
});
