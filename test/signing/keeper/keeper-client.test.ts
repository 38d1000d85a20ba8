import { type Duplex, duplexPair } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CustosError } from '../../../src/core/errors.js';
import type { Signer } from '../../../src/core/signing/signer.js';
import { FrameReader, framesOf } from '../../../src/signing/keeper/frames.js';
import { createKeeperClient } from '../../../src/signing/keeper/keeper-client.js';
import { signingParts, signRequest } from '../../support/signing-parts.js';

const parts = await signingParts();
const request = signRequest(await parts.wallet('key'));
const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');
const welcome = (byte = 1) => ({ kind: 'unlocked', viewKey: key(byte), journal: { key: key(2), mayAdopt: false } });
const signed = { kind: 'signed', result: { raw: '0x00', txId: '0x01', timing: { open: 0, sign: 0 } } };

interface Asked {
  readonly kind: string;
  readonly n: number;
}

/** What a keeper says to a question: an answer, bytes as they are, or nothing. */
type Say = (asked: Asked, far: Duplex) => object | Uint8Array | undefined;

/** A front whose keeper is given its answers. */
function frontOf(say: Say, patience?: number): Signer {
  return createKeeperClient({
    name: 'keeper',
    storeId: parts.storeId,
    slots: parts.slots,
    rules: new Map(),
    ...(patience !== undefined && { patience }),
    async connect() {
      const [near, far] = duplexPair();
      const reader = new FrameReader();
      far.on('error', () => undefined);
      far.on('data', (bytes: Uint8Array) => {
        for (const asked of reader.push(bytes).flat() as Asked[]) {
          const said = say(asked, far);
          if (said instanceof Uint8Array) far.write(said);
          else if (said !== undefined)
            for (const frame of framesOf([JSON.stringify({ n: asked.n, ...said })])) far.write(frame);
        }
      });
      return near;
    },
  });
}

const honest: Say = ({ kind }) => (kind === 'hello' ? welcome() : signed);
const toSign =
  (said: object | Uint8Array): Say =>
  ({ kind }) =>
    kind === 'hello' ? welcome() : said;

test('a front takes the answers of a keeper', async () => {
  const front = frontOf(honest);
  expect(await front.unlock()).toEqual(new Uint8Array(32).fill(1));
  expect(await front.journalKey()).toEqual({ key: new Uint8Array(32).fill(2), mayAdopt: false });
  expect(await front.sign(request)).toEqual(signed.result);
  await front.close();
  await expect(front.sign(request)).rejects.toMatchObject({ code: 'SIGNER_DIED' });
});

test.each<[string, object | Uint8Array, string]>([
  ['garbage', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'SIGNER_PROTOCOL'],
  ['another version', Buffer.from([0, 0, 0, 2, 7, 0x5b, 0x5d]), 'SIGNER_PROTOCOL'],
  ['an endless frame', Buffer.from([0xff, 0xff, 0xff, 0xff, 1]), 'SIGNER_PROTOCOL'],
  ['an answer of another kind', { kind: 'identified', result: [] }, 'SIGNER_PROTOCOL'],
  ['a number that nobody asked', { ...signed, n: 99 }, 'SIGNER_PROTOCOL'],
  ['bytes of no known form', { ...signed, result: { ...signed.result, raw: '\n' } }, 'SIGNER_PROTOCOL'],
  ['a code that it may not answer', { kind: 'failed', code: 'JUDGE_DENIED' }, 'INTERNAL'],
  ['a code that does not exist', { kind: 'failed', code: 'constructor' }, 'INTERNAL'],
  ['a refusal', { kind: 'failed', code: 'FEE_INVALID', message: 'planted' }, 'FEE_INVALID'],
  ['a refusal of the whole connection', { kind: 'failed', n: 0, code: 'SIGNER_PROTOCOL' }, 'SIGNER_PROTOCOL'],
])('a keeper that answers %s gives an error with a code of the front', async (_what, said, code) => {
  const front = frontOf(toSign(said));
  const error = await front.sign(request).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code });
  expect(JSON.stringify(error) + String(error)).not.toContain('planted');
  await front.close();
});

test('a front gets nothing from a hello without the keys, and no key of another length', async () => {
  for (const said of [
    { kind: 'unlocked', viewKey: key(1) },
    { ...welcome(), viewKey: Buffer.alloc(31).toString('base64') },
    { ...welcome(), journal: { key: '' } },
    signed,
  ]) {
    await expect(frontOf(() => said).unlock()).rejects.toBeInstanceOf(CustosError);
  }
});

test('a connection that is lost fails its questions with a code, and the next question has a new one', async () => {
  let lost = 0;
  const front = frontOf((asked, far) => {
    if (asked.kind === 'hello') return welcome();
    if (lost > 0) return signed;
    lost += 1;
    far.end();
    return undefined;
  });
  const questions = [front.sign(request), front.sign(request)].map((one) => one.catch((thrown: unknown) => thrown));
  for (const error of await Promise.all(questions)) expect(error).toMatchObject({ code: 'SIGNER_UNREACHABLE' });
  expect(await front.sign(request)).toEqual(signed.result);
  await front.close();
});

test('a question that is too long for a frame fails alone', async () => {
  const front = frontOf(honest);
  const tooLong = { ...request, completed: '1'.repeat(16 * 1024 * 1024) };
  const [first, second, third] = await Promise.all([
    front.sign(request),
    front.sign(tooLong).catch((thrown: unknown) => thrown),
    front.sign(request),
  ]);
  expect([first, third]).toEqual([signed.result, signed.result]);
  expect(second).toMatchObject({ code: 'TRANSACTION_TOO_LARGE' });
  await front.close();
});

test('a keeper that comes back with other keys is not asked', async () => {
  let hellos = 0;
  let asks = 0;
  const front = frontOf((asked, far) => {
    if (asked.kind === 'hello') {
      hellos += 1;
      return welcome(hellos === 1 ? 1 : 9);
    }
    asks += 1;
    far.end();
    return undefined;
  });
  await expect(front.sign(request)).rejects.toMatchObject({ code: 'SIGNER_UNREACHABLE' });
  await expect(front.sign(request)).rejects.toMatchObject({ code: 'SIGNER_PROTOCOL' });
  expect({ hellos, asks }).toEqual({ hellos: 2, asks: 1 });
  await front.close();
});

test('many questions that find the connection lost open one new one together', async () => {
  let hellos = 0;
  let isFirst = true;
  const front = frontOf((asked, far) => {
    if (asked.kind === 'hello') {
      hellos += 1;
      return welcome();
    }
    if (!isFirst) return signed;
    isFirst = false;
    far.end();
    return undefined;
  });
  await front.sign(request).catch(() => undefined);
  const answers = await Promise.all(Array.from({ length: 30 }, () => front.sign(request)));
  expect(answers).toHaveLength(30);
  expect(hellos).toBe(2);
  await front.close();
});

test('documents that a new connection did not take come again before the next signature, unless newer ones are known', async () => {
  for (const [code, times] of [
    ['SIGNER_DIED', 3],
    ['CONTROL_OLD', 2],
  ] as const) {
    let brought = 0;
    let isFirst = true;
    const front = frontOf((asked, far) => {
      if (asked.kind === 'hello') return welcome();
      if (asked.kind === 'control') {
        brought += 1;
        return brought === 2 ? { kind: 'failed', code } : { kind: 'controlled' };
      }
      if (!isFirst) return signed;
      isFirst = false;
      far.end();
      return undefined;
    });
    await front.unlock();
    await front.control?.({ policies: [] });
    await front.sign(request).catch(() => undefined);
    for (let at = 0; at < 3; at++) expect(await front.sign(request)).toEqual(signed.result);
    expect([code, brought]).toEqual([code, times]);
    await front.close();
  }
});

test('a keeper that answers nothing is given up after its time', async () => {
  const front = frontOf(({ kind }) => (kind === 'hello' ? welcome() : undefined), 200);
  await expect(front.sign(request)).rejects.toMatchObject({ code: 'SIGNER_TIMEOUT' });
  await front.close();
});

test('a front that is refused while it runs only waits: nothing that can be put right fails a transaction', async () => {
  for (const code of ['PASSWORD_WRONG', 'SIGNER_RULES_DIFFER', 'SIGNER_STORE_DIFFERS', 'STORE_REKEYED', 'INTERNAL']) {
    let hellos = 0;
    const front = frontOf((asked, far) => {
      if (asked.kind === 'hello') {
        hellos += 1;
        return hellos === 1 ? welcome() : { kind: 'failed', code };
      }
      far.end();
      return undefined;
    });
    await front.unlock();
    await front.sign(request).catch(() => undefined);
    const error = await front.sign(request).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SIGNER_UNREACHABLE', message: expect.stringContaining(code) });
    await front.close();
  }
});

test('whatever a keeper answers, a question ends with a result of its kind or with a code', async () => {
  const member = fc.oneof(fc.jsonValue(), fc.constantFrom('signed', 'failed', 'unlocked', '0x00'));
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.constantFrom('kind', 'result', 'code', 'n', 'raw'), member), async (said) => {
      const front = frontOf(toSign({ kind: 'signed', ...said }));
      const ended = await front.sign(request).catch((thrown: unknown) => thrown);
      if (ended instanceof Error) expect(ended).toBeInstanceOf(CustosError);
      else expect(ended).toHaveProperty('raw');
      await front.close();
    }),
    { numRuns: 50 },
  );
});
