import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { parseChainId } from '../../src/core/ids.js';
import { silentLog } from '../../src/core/log.js';
import { Secret } from '../../src/core/secret.js';
import { parsePending } from '../../src/core/signing/pending.js';
import type { Signer } from '../../src/core/signing/signer.js';
import { createSignerClient } from '../../src/signing/signer-client.js';
import type { SignerClientOptions } from '../../src/signing/signer-slot.js';

const program = fileURLToPath(new URL('../support/fragile-signer.mjs', import.meta.url));

const signers: Signer[] = [];
afterEach(async () => {
  await Promise.all(signers.splice(0).map((signer) => signer.close()));
});

function makeSigner(options: Partial<SignerClientOptions> = {}): Signer {
  const signer = createSignerClient({
    program,
    nodeFlags: [],
    slots: [],
    storeId: '00',
    rules: new Map(),
    password: Secret.text('right'),
    count: 1,
    log: silentLog,
    ...options,
  });
  signers.push(signer);
  return signer;
}

const pending = parsePending(
  { id: 'one', chain: 'ETH', hashes: ['26d3883e-4e17-48b3-a0ee-09a3e484ac83'], serializedTransaction: '{}' },
  parseChainId('ETH'),
  'testnet',
);

/** Asks for all of them in one turn of the event loop. @returns what was signed, or the code of the error, in order */
function outcomes(signer: Signer, asked: readonly string[]): Promise<readonly string[]> {
  const each = asked.map(async (completed) => {
    try {
      return (await signer.sign({ pending, completed, sealed: [] })).raw;
    } catch (error) {
      return String((error as { code: unknown }).code);
    }
  });
  return Promise.all(each);
}

const innocents = Array.from({ length: 15 }, (_, at) => `innocent ${at}`);

test('of sixteen simultaneous requests, only the one that ends the process fails', async () => {
  const asked = innocents.toSpliced(7, 0, 'kill');
  expect(await outcomes(makeSigner(), asked)).toEqual(innocents.toSpliced(7, 0, 'SIGNER_DIED'));
});

test('two requests that end the process do not make other requests fail', async () => {
  const asked = innocents.toSpliced(3, 0, 'kill').toSpliced(9, 0, 'kill');
  const expected = innocents.toSpliced(3, 0, 'SIGNER_DIED').toSpliced(9, 0, 'SIGNER_DIED');
  expect(await outcomes(makeSigner(), asked)).toEqual(expected);
});

test('of sixteen simultaneous requests, only the one that hangs the process fails', async () => {
  const signer = makeSigner({ timeouts: { sign: 1_500, start: 60_000 } });
  expect(await outcomes(signer, ['hang', ...innocents])).toEqual(['SIGNER_TIMEOUT', ...innocents]);
});

test('requests that arrive while those of a dead process are repeated are also signed', async () => {
  let later: Promise<readonly string[]> | undefined;
  const signer = makeSigner({
    onRestart() {
      later ??= outcomes(signer, ['kill', 'later']);
    },
  });
  expect(await outcomes(signer, [...innocents, 'kill'])).toEqual([...innocents, 'SIGNER_DIED']);
  expect(await later).toEqual(['SIGNER_DIED', 'later']);
});

test('a long queue before a healthy process does not count as a hang', async () => {
  let restarts = 0;
  const onRestart = () => {
    restarts += 1;
  };
  const signer = makeSigner({ timeouts: { sign: 1_500, start: 60_000 }, onRestart });
  const slow = Array.from({ length: 112 }, (_, at) => `slow ${at}`);
  const start = performance.now();
  expect(await outcomes(signer, slow)).toEqual(slow);
  expect(performance.now() - start).toBeGreaterThan(1_500);
  expect(restarts).toBe(0);
});

test('a process that does not open is ended, and the next try begins with another one', async () => {
  let tellEnded: (fields: unknown) => void = () => undefined;
  const ended = new Promise((resolve) => {
    tellEnded = resolve;
  });
  const log = { ...silentLog, warn: (fields: unknown) => tellEnded(fields) };
  const signer = makeSigner({ password: Secret.text('wrong'), log });
  await expect(signer.unlock()).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
  expect(await ended).toMatchObject({ exit: 'SIGKILL' });
  expect(signer.name).toBe('signer process (not running)');
  await expect(signer.unlock()).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
});

test('a process that the system does not start counts as a dead signer, at each try', async () => {
  const signer = makeSigner({ nodeFlags: ['\0'] });
  await expect(signer.unlock()).rejects.toMatchObject({ code: 'SIGNER_DIED' });
  expect(await outcomes(signer, ['one'])).toEqual(['SIGNER_DIED']);
});
