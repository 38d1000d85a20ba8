import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseReference } from '../../src/passphrase/keys/reference.js';
import type { Wrapper, WrapperMeans } from '../../src/passphrase/keys/wrapper.js';
import { json, type Server, startServer } from '../support/http.js';
import { findTpm, whyNoHostKey } from '../support/systemd-creds.js';
import { azureVersion, type KeyService, type KeyServices, keyServices, makeKeyServices } from './key-services.js';
import { place, wrapperFor } from './wrappers.js';

const run = promisify(execFile);
const noHostKey = whyNoHostKey();
if (noHostKey !== undefined) console.warn(`slots of systemd-creds are not tested: ${noHostKey}`);
const tpms = findTpm();
const noTpm = 'why' in tpms;
if ('why' in tpms) console.warn(`slots of a TPM are not tested: ${tpms.why}`);

let folder: string;
let server: Server;
let services: KeyServices;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'custos-slots-'));
  services = makeKeyServices(() => server.url);
  server = await startServer(services.reply);
});
afterEach(() => {
  services.damage = (answer) => answer;
  server.reply = services.reply;
  server.seen.length = 0;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const elsewhere = [
  { ...place, storeId: 'ffffffffffffffffffffffffffffffff' },
  { ...place, slot: '0d554390-ff39-4b2b-83da-0228b638be1f' },
];
const key = new Uint8Array(randomBytes(32));
const wrapper = (reference: string, more: Partial<WrapperMeans> = {}): Wrapper =>
  wrapperFor(reference, { home: folder, ...more });

const at = ({ reference, settings }: KeyService) => wrapper(reference(server.url), { settings: settings(server.url) });

describe.each(keyServices.map((one) => [one.name, one] as const))('a slot key that %s wraps', (name, service) => {
  it('comes back as it was', async () => {
    const wrapped = await at(service).wrap(key, place);
    expect(Buffer.from(wrapped).includes(Buffer.from(key))).toBe(false);
    expect(await at(service).unwrap(wrapped, place)).toEqual(key);
  });

  const { binds } = service;
  if (!binds) console.info(`${name} binds no wrapped key to a place, so nothing of that is tried`);

  it.runIf(binds)('is bound to its store and its slot', async () => {
    const wrapped = await at(service).wrap(key, place);
    for (const other of elsewhere) {
      await expect(at(service).unwrap(wrapped, other)).rejects.toMatchObject({ code: 'SLOT_KEY_UNAVAILABLE' });
    }
  });

  it('does not come back when one byte of what was wrapped is another', async () => {
    const wrapped = await at(service).wrap(key, place);
    const last = name === 'azurekms' || name === 'transit' ? 60 : wrapped.length - 1;
    wrapped[last] = (wrapped[last] ?? 0) === 0x41 ? 0x42 : 0x41;
    await expect(at(service).unwrap(wrapped, place)).rejects.toMatchObject({ code: 'SLOT_KEY_UNAVAILABLE' });
  });

  it('is said to be unavailable, and nothing of the answer is shown, when the service refuses or answers nonsense', async () => {
    const wrapped = await at(service).wrap(key, place);
    const answers = [
      json({ message: 'planted in an answer' }, 403),
      json({ planted: 'planted in an answer' }),
      json([]),
    ];
    for (const answer of answers) {
      server.reply = answer;
      const failure = await at(service)
        .unwrap(wrapped, place)
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'SLOT_KEY_UNAVAILABLE' });
      expect(String(failure)).not.toContain('planted');
    }
  });

  it('is not asked for by an identity that is half set', async () => {
    const [first, ...rest] = Object.keys(service.settings(server.url)).filter((one) => !/ENDPOINT|HOST/.test(one));
    if (first === undefined || (rest.length === 0 && name === 'gcpkms')) return;
    const settings = { ...service.settings(server.url), [first]: '' };
    const half = wrapper(service.reference(server.url), { settings });
    await expect(half.wrap(key, place)).rejects.toMatchObject({ code: 'SLOT_KEY_UNAVAILABLE' });
    expect(server.seen).toEqual([]);
  });
});

describe('checksums of GCP', () => {
  const gcp = keyServices.find(({ name }) => name === 'gcpkms')!;

  it.each(['ciphertextCrc32c', 'verifiedPlaintextCrc32c', 'verifiedAdditionalAuthenticatedDataCrc32c'])(
    'a wrapped key with a wrong %s is not kept',
    async (member) => {
      services.damage = (answer) => ({ ...answer, [member]: member === 'ciphertextCrc32c' ? '1' : false });
      await expect(at(gcp).wrap(key, place)).rejects.toThrow('damaged bytes');
    },
  );

  it('a key that was damaged on its way back is not used', async () => {
    const wrapped = await at(gcp).wrap(key, place);
    services.damage = (answer) => ({ ...answer, plaintext: Buffer.alloc(32).toString('base64') });
    await expect(at(gcp).unwrap(wrapped, place)).rejects.toThrow('damaged bytes');
  });
});

describe('a slot key that programs wrap', () => {
  const node = (script: string): readonly [string, ...string[]] => [process.execPath, '-e', script];
  const flip = (more = '') =>
    node(
      `${more};let b=Buffer.alloc(0);process.stdin.on('data',(d)=>{b=Buffer.concat([b,d])}).on('end',()=>process.stdout.write(b.map((x)=>x^90)))`,
    );

  it('goes in and out as bytes, without a shell, and programs learn store and slot', async () => {
    const file = join(folder, 'seen');
    const show = `require('fs').writeFileSync('${file}',JSON.stringify([process.env,process.cwd()]))`;
    const both = wrapper('command', { wrapWords: flip(show), unwrapWords: flip() });
    process.env['CUSTOS_PASSWORD'] = 'planted in the environment';
    const wrapped = await both.wrap(key, place).finally(() => delete process.env['CUSTOS_PASSWORD']);
    expect(await both.unwrap(wrapped, place)).toEqual(key);
    const [env, cwd] = JSON.parse(String(await run('cat', [file]).then(({ stdout }) => stdout)));
    expect(Object.keys(env).sort()).toEqual(['CUSTOS_SLOT_ID', 'CUSTOS_STORE_ID', 'HOME', 'PATH']);
    expect([env.CUSTOS_STORE_ID, env.CUSTOS_SLOT_ID, cwd]).toEqual([place.storeId, place.slot, '/']);
  });

  it.each<readonly [string, readonly [string, ...string[]]]>([
    ['cannot be started', ['/does/not/exist']],
    ['ended with 3', node('process.stderr.write("planted");process.exit(3)')],
    ['printed nothing', node('')],
    ['printed more than 64 KiB', node("process.stdout.write('x'.repeat(70000))")],
  ])('a program that %s gives no key, and nothing of it is shown', async (why, words) => {
    const failing = wrapper('command', { unwrapWords: words });
    const failure = await failing.unwrap(key, place).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'SLOT_KEY_UNAVAILABLE', message: `the key command ${why}` });
    expect(String(failure)).not.toContain('planted');
  });

  it('a program that never reads its input and ends well is not an accident', async () => {
    const deaf = wrapper('command', { unwrapWords: node("process.stdout.write('k'.repeat(32))") });
    expect(await deaf.unwrap(new Uint8Array(60_000), place)).toHaveLength(32);
  });
});

describe.skipIf(noHostKey !== undefined)('a slot key under the host key of systemd', () => {
  const host = () => wrapper('systemd-creds:host');

  it('comes back as it was, and is bound to its store and its slot', async () => {
    const wrapped = await host().wrap(key, place);
    expect(await host().unwrap(wrapped, place)).toEqual(key);
    for (const other of elsewhere) {
      await expect(host().unwrap(wrapped, other)).rejects.toMatchObject({ code: 'SLOT_KEY_UNAVAILABLE' });
    }
  });

  it('a credential that anybody could have made, under no key, is refused before it is opened', async () => {
    const file = join(folder, 'plain');
    writeFileSync(file, key);
    const name = `custos-${place.storeId}-${place.slot}`;
    // The name of the key in systemd 252; later versions call it null.
    const made = await Promise.allSettled(
      ['tpm2-absent', 'null'].map((none) =>
        run('systemd-creds', [`--with-key=${none}`, `--name=${name}`, 'encrypt', file, '-']),
      ),
    );
    const forged = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value.stdout] : []))[0] ?? '';
    expect(forged).not.toBe('');
    await expect(host().unwrap(Buffer.from(forged), place)).rejects.toThrow('under no key of this machine');
  });
});

describe.skipIf(noTpm)('a slot key in the TPM of this machine', () => {
  it.each(['systemd-creds:tpm2', ...(noHostKey === undefined ? ['systemd-creds:host+tpm2'] : [])])(
    'comes back as it was by %s, is bound to its slot, and does not open with another TPM',
    async (reference) => {
      if ('why' in tpms) throw new Error(tpms.why);
      const [own, other] = [tpms.start(), tpms.start()];
      try {
        const by = ({ environment }: typeof own) => wrapper(reference, { settings: environment });
        const wrapped = await by(own).wrap(key, place);
        expect(await by(own).unwrap(wrapped, place)).toEqual(key);
        for (const one of elsewhere) {
          await expect(by(own).unwrap(wrapped, one)).rejects.toMatchObject({ code: 'SLOT_KEY_UNAVAILABLE' });
        }
        await expect(by(other).unwrap(wrapped, place)).rejects.toMatchObject({ code: 'SLOT_KEY_UNAVAILABLE' });
      } finally {
        own.stop();
        other.stop();
      }
    },
  );
});

describe('what names a key', () => {
  it.each([
    ...keyServices.map(({ reference }) => reference('https://custos.vault.azure.net')),
    'command',
    'command:office',
    'systemd-creds:host+tpm2',
    `azurekms:https://custos.vault.azure.net/keys/store/${azureVersion}`,
    'awskms:arn:aws-cn:kms:cn-north-1:111122223333:alias/custos',
  ])('%s is read', (text) => expect(parseReference(text).text).toBe(text));

  it.each([
    '',
    'awskms:',
    'awskms:arn:aws:s3:eu-central-1:111122223333:key/1',
    'awskms:arn:aws:kms:evil.example/:111122223333:key/1',
    'gcpkms:projects/p/../locations/l/keyRings/r/cryptoKeys/k',
    'azurekms:http://custos.vault.azure.net/keys/store',
    'azurekms:https://user:secret@custos.vault.azure.net/keys/store',
    'azurekms:https://custos.vault.azure.net/keys/store?x=1',
    'systemd-creds:null',
    'transit:custos',
    'command:a b',
    'toString:x',
  ])('%j is refused', (text) => {
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  it('any text is either read as it is or refused with the one code', () => {
    const schemes = ['awskms:', 'gcpkms:', 'azurekms:https://a', 'transit:', 'command:', 'systemd-creds:', ''];
    fc.assert(
      fc.property(fc.constantFrom(...schemes), fc.string(), (scheme, rest) => {
        try {
          expect(parseReference(scheme + rest).text).toBe(scheme + rest);
        } catch (error) {
          expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
        }
      }),
    );
  });
});
