import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { CustosError } from '../../src/core/errors.js';
import { parseChainId } from '../../src/core/ids.js';
import { silentLog } from '../../src/core/log.js';
import { Secret } from '../../src/core/secret.js';
import { parsePending } from '../../src/core/signing/pending.js';
import type { Signer } from '../../src/core/signing/signer.js';
import { createSignerClient } from '../../src/signing/signer-client.js';

const program = fileURLToPath(new URL('../support/hostile-signer.mjs', import.meta.url));
const key = 'c0ffee'.repeat(10);
const forms = [key, key.slice(0, 12), Buffer.from(key, 'hex').toString('base64').slice(0, 12), '192', 'SIGUSR2'];
const signatureId = '26d3883e-4e17-48b3-a0ee-09a3e484ac83';

const signers: Signer[] = [];
afterEach(async () => {
  await Promise.all(signers.splice(0).map((signer) => signer.close()));
});

/** @param told - everything that is logged goes there */
function makeSigner(told: unknown[], onRestart = () => {}): Signer {
  const note = (fields: unknown, text?: string) => void told.push({ fields, text });
  const log = { ...silentLog, debug: note, info: note, warn: note, error: note };
  const password = Secret.text('right');
  const rules = new Map();
  const parts = { program, nodeFlags: [], slots: [], storeId: '00', password, count: 1, log, rules, onRestart };
  const signer = createSignerClient(parts);
  signers.push(signer);
  return signer;
}

const pending = parsePending(
  { id: 'one', chain: 'ETH', hashes: [signatureId], serializedTransaction: '{}' },
  parseChainId('ETH'),
  'testnet',
);

/** Everything that an error holds, whoever looks. */
function allOf(error: unknown): string {
  if (!(error instanceof CustosError)) throw new Error('not a CustosError');
  const { name, code, message, details, hint, retryAfter, cause } = error;
  return JSON.stringify([name, code, message, details, hint, retryAfter, String(cause), Object.keys(error)]);
}

const ways = [...readFileSync(program, 'utf8').matchAll(/^ {2}'(.*?)':/gm)].map(([, way = '']) => way);

describe('a signer that reveals its key', () => {
  it('the hostile signer tries every known way', () => {
    expect(ways.length).toBeGreaterThan(20);
  });

  it.each(ways)('a key that a signer leaks %s reaches neither error nor log', async (completed) => {
    const told: unknown[] = [];
    const signer = makeSigner(told);
    await signer.unlock();
    const error = await signer.sign({ pending, completed, sealed: [] }).then(
      (result) => {
        throw new Error(`it was believed: ${JSON.stringify(result)}`);
      },
      (thrown: unknown) => thrown,
    );
    // Numbers of processes are the system's.
    const text = `${allOf(error)}${JSON.stringify(told)}`.replace(/"signer":\d+/g, '');
    for (const form of forms) expect(text).not.toContain(form);
    expect(told.length).toBeGreaterThan(0);
  });

  it('the hostile signer cannot claim a false address', async () => {
    const signer = makeSigner([]);
    await signer.unlock();
    await expect(signer.identify({ sealed: [], keys: [] })).rejects.toBeInstanceOf(CustosError);
  });

  it('the hostile signer is slowed down when it keeps failing', async () => {
    let starts = 0;
    const told: { text?: string }[] = [];
    const signer = makeSigner(told, () => {
      starts += 1;
    });
    const begin = performance.now();
    // Each of them costs a process, and one more when it is asked again.
    for (let round = 0; round < 4; round++) {
      const asked = signer.sign({ pending, completed: 'in its exit code', sealed: [] });
      await expect(asked).rejects.toMatchObject({ code: 'SIGNER_DIED' });
    }
    expect(starts).toBeGreaterThanOrEqual(7);
    // Five starts at once; the sixth, seventh and eighth wait for 250, 500 and 1,000 milliseconds.
    expect(performance.now() - begin).toBeGreaterThanOrEqual(1_700);
  });

  it('the hostile signer is replaced when it refuses a hundred times in a row', async () => {
    let starts = 0;
    const signer = makeSigner([], () => {
      starts += 1;
    });
    for (let round = 0; round < 101; round++) {
      await signer.sign({ pending, completed: 'in the text of an error', sealed: [] }).catch(() => undefined);
    }
    expect(starts).toBeGreaterThanOrEqual(1);
  });
});
