import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/app/config/config.js';
import { hsmProgram } from '../../src/app/signer/program.js';
import { Secret } from '../../src/core/secret.js';
import { verify as verifyEd25519 } from '../../src/crypto/ed25519.js';
import { verify as verifySecp256k1 } from '../../src/crypto/secp256k1.js';
import { createKeyHolders, type KeyHolders } from '../../src/hsm/key-holders.js';
import { type SoftHsm, startSoftHsm, TOKEN_PIN, whyNoSoftHsm } from '../support/soft-hsm.js';

const hash = new Uint8Array(32).fill(7);
const text = (value: string) => new TextEncoder().encode(value);

describe.skipIf(whyNoSoftHsm() !== undefined)('a token of SoftHSM', () => {
  let hsm: SoftHsm;
  let eth: string;
  let sol: string;
  let aes: string;
  let pin = TOKEN_PIN;
  const opened: KeyHolders[] = [];

  const holders = () => {
    const made = createKeyHolders({
      start: (service) => ({ ...hsmProgram(service), environment: hsm.environment }),
      pin: async () => Secret.text(pin),
    });
    opened.push(made);
    return made;
  };

  beforeAll(() => {
    hsm = startSoftHsm();
    eth = hsm.make('EC:secp256k1', 'eth');
    sol = hsm.make('EC:edwards25519', 'sol');
    aes = hsm.make('AES:32', 'slot');
  }, 60_000);

  afterAll(() => {
    for (const one of opened) one.close();
    hsm.remove();
  });

  it('shows the public half of its keys and signs what they verify', async () => {
    const keys = holders();
    const { publicKey, ...of } = await keys.key(eth);
    expect(of).toEqual({ curve: 'secp256k1' });
    const signature = await keys.sign({ uri: eth, scheme: 'ecdsa-secp256k1', bytes: hash });
    expect(verifySecp256k1(hash, signature, { signer: publicKey, half: 'any' })).toBe(true);
    const message = text('any length');
    const other = await keys.key(sol);
    const answer = await keys.sign({ uri: sol, scheme: 'ed25519', bytes: message });
    expect(verifyEd25519(message, answer, other.publicKey)).toBe(true);
    expect(keys.pids).toHaveLength(1);
  });

  it('does not sign by a scheme of another curve', async () => {
    const asked = holders().sign({ uri: sol, scheme: 'ecdsa-secp256k1', bytes: hash });
    await expect(asked).rejects.toMatchObject({ code: 'KEY_UNSUITABLE' });
  });

  it('opens what its AES key encrypted, and nothing that was altered or bound to something else', async () => {
    const keys = holders();
    const box = await keys.wrap(aes, text('a root key'), text('store 1'));
    expect(await keys.unwrap(aes, box, text('store 1'))).toEqual(text('a root key'));
    await expect(keys.unwrap(aes, box, text('store 2'))).rejects.toMatchObject({ code: 'KEY_BOX_DAMAGED' });
    const altered = Uint8Array.from(box, (byte, at) => (at === 20 ? byte ^ 1 : byte));
    await expect(keys.unwrap(aes, altered, text('store 1'))).rejects.toMatchObject({ code: 'KEY_BOX_DAMAGED' });
  });

  it('goes on for other keys after an address of a key that it does not have', async () => {
    const keys = holders();
    await keys.key(eth);
    const [before] = keys.pids;
    await expect(keys.key(eth.replace('object=eth', 'object=none'))).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' });
    await keys.key(sol);
    expect(keys.pids).toEqual([before]);
  });

  it('is tried once with a wrong PIN, and again with another one', async () => {
    const keys = holders();
    pin = '000000';
    try {
      await expect(keys.key(eth)).rejects.toMatchObject({ code: 'KEY_PIN_WRONG' });
      const refusal = () => keys.key(eth).catch((thrown: Error) => thrown.message);
      await expect.poll(refusal, { timeout: 5_000 }).toContain('not tried again');
    } finally {
      pin = TOKEN_PIN;
    }
    const curve = () =>
      keys.key(eth).then(
        (key) => key.curve,
        () => undefined,
      );
    await expect.poll(curve, { timeout: 5_000 }).toBe('secp256k1');
  });

  it('answers again in a new process after it was pulled, or its process was killed', async () => {
    const keys = holders();
    await keys.key(eth);
    const [pid = 0] = keys.pids;
    process.kill(pid, 'SIGKILL');
    hsm.pull();
    try {
      await expect(keys.sign({ uri: eth, scheme: 'ecdsa-secp256k1', bytes: hash })).rejects.toMatchObject({
        code: 'KEY_UNREACHABLE',
      });
    } finally {
      hsm.plugIn();
    }
    await expect
      .poll(
        () =>
          keys.sign({ uri: eth, scheme: 'ecdsa-secp256k1', bytes: hash }).then(
            (one) => one.length,
            () => 0,
          ),
        { timeout: 5_000 },
      )
      .toBe(64);
  });

  it('has nothing in its environment but variables of PKCS#11 modules', async () => {
    const { hsm: config } = readConfig(
      {},
      { ...hsm.environment, CUSTOS_PASSWORD: 'canary-of-the-store', PATH: '/bin' },
      '/',
    );
    expect(config.environment).toEqual(hsm.environment);
    const keys = holders();
    await keys.key(eth);
    const names = readFileSync(`/proc/${keys.pids[0]}/environ`, 'utf8')
      .split('\0')
      .map((pair) => pair.split('=')[0]);
    expect(names.filter((name) => name !== '' && !name?.startsWith('NODE_CHANNEL_'))).toEqual(['SOFTHSM2_CONF']);
  });

  it('names a module that does not load', async () => {
    const asked = holders().key('pkcs11:object=eth?module-path=/nowhere/module.so');
    await expect(asked).rejects.toMatchObject({ code: 'KEY_MODULE_MISSING' });
  });
});
