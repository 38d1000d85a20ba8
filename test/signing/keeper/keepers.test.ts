import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseChainId, parseOwnerId, parseTenantId } from '../../../src/core/ids.js';
import { Secret } from '../../../src/core/secret.js';
import type { CheckpointRequest } from '../../../src/core/signing/checkpoint.js';
import type { CreateRequest } from '../../../src/core/signing/create.js';
import type { Signer } from '../../../src/core/signing/signer.js';
import type { SigningRules } from '../../../src/core/signing/signing-rules.js';
import { parseCheckpoint } from '../../../src/crypto/checkpoint.js';
import { publicKey } from '../../../src/crypto/ed25519.js';
import { checkNote } from '../../../src/crypto/signed-note.js';
import { framesOf } from '../../../src/signing/keeper/frames.js';
import { createKeeperClient } from '../../../src/signing/keeper/keeper-client.js';
import { questionText } from '../../../src/signing/keeper/questions.js';
import { rulesText } from '../../../src/signing/keeper/rules-text.js';
import { auditSeedOf } from '../../../src/vault/audit-key.js';
import { makeRootKey, makeSlot, makeStoreId, openSlot } from '../../../src/vault/key-slots.js';
import { signerSuite } from '../../suites/signer.js';
import { type SignerService, signerService } from '../../support/signer-service.js';
import { password, type SigningParts, signingParts, signRequest } from '../../support/signing-parts.js';

const rules: SigningRules = new Map();

signerSuite('the keeper', ({ slots, storeId }, secret): Signer => {
  let service: Promise<SignerService> | undefined;
  const client = createKeeperClient({
    name: 'keeper',
    async connect() {
      service ??= signerService(storeId, secret.exposeText(), { createWallets: true });
      return (await service).connect();
    },
    storeId,
    slots,
    rules,
  });
  return {
    ...client,
    async close() {
      await client.close();
      await (await service)?.close();
    },
  };
});

const wanted: CreateRequest = {
  chain: parseChainId('ETH'),
  network: 'testnet',
  kind: 'key',
  tenant: parseTenantId('shop'),
  owner: parseOwnerId('u-17'),
};

let parts: SigningParts;
let service: SignerService;
const fronts: Signer[] = [];
beforeAll(async () => {
  parts = await signingParts();
  service = await signerService(parts.storeId, password);
});
afterAll(async () => {
  await Promise.all(fronts.map((front) => front.close()));
  await service.close();
});

type Changes = Partial<Parameters<typeof createKeeperClient>[0]>;

function front(changes: Changes = {}): Signer {
  const { storeId, slots } = parts;
  const made = createKeeperClient({
    name: 'keeper',
    connect: () => service.connect(),
    storeId,
    slots,
    rules,
    ...changes,
  });
  fronts.push(made);
  return made;
}

/** Everything that the keeper sends until it ends the connection. */
async function answerTo(bytes: readonly Uint8Array[]): Promise<string> {
  const socket = await service.connect();
  for (const one of bytes) socket.write(one);
  return textOf(socket);
}

function textOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const found: Buffer[] = [];
    socket.on('data', (part) => found.push(part));
    socket.on('close', () => resolve(Buffer.concat(found).subarray(5).toString()));
  });
}

const refusedWith = (code: string) => JSON.stringify([{ kind: 'failed', n: 0, code }]);

it('a keeper that was not started for it makes no wallet, and goes on', async () => {
  const one = front();
  await expect(one.create?.(wanted)).rejects.toMatchObject({ code: 'CREATE_NOT_ALLOWED' });
  await one.sign(signRequest(await parts.wallet('key')));
  expect(service.log.join('\n')).not.toContain('wallet-created');
});

it('a keeper that makes wallets says so in its log, and tells no secret', async () => {
  const { storeId, slots, vault } = parts;
  const maker = await signerService(storeId, password, { createWallets: true });
  const one = createKeeperClient({ name: 'maker', connect: () => maker.connect(), storeId, slots, rules });
  const made = await Promise.all(Array.from({ length: 12 }, () => one.create?.(wanted)));
  const log = maker.log.join('\n');
  for (const sealed of made) {
    expect(sealed && vault.wallet(sealed)).toMatchObject({ tenant: 'shop', control: { owner: 'u-17' } });
    expect(log).toContain(`"signatureId":"${sealed?.signatureId}"`);
    expect(log).not.toContain(sealed ? String(vault.export(sealed).privateKey) : '');
  }
  expect(log.match(/"event":"wallet-created"/g)).toHaveLength(12);
  await one.close();
  await maker.close();
});

describe('a keeper with a front that others have taken over', () => {
  it.each([
    ['garbage', [Buffer.from('GET / HTTP/1.1\r\nHost: signer\r\n\r\n')]],
    ['a frame that is too long', [Buffer.from([0x7f, 0xff, 0xff, 0xff, 1])]],
    ['another version of the protocol', [Buffer.from([0, 0, 0, 2, 9, 0x5b, 0x5d])]],
    ['questions that are none', framesOf(['{"kind":"unlock","n":1,"request":{"password":"x"}}'])],
    ['an answer', framesOf(['{"kind":"signed","n":1,"result":{}}'])],
  ])('a front that sends %s is told a code and loses its connection', async (_what, bytes) => {
    expect(await answerTo(bytes)).toBe(refusedWith('SIGNER_PROTOCOL'));
    expect(service.log.join('')).toContain('"event":"front-refused"');
  });

  it('a front that did not introduce itself gets nothing signed', async () => {
    const request = signRequest(await parts.wallet('key'));
    const socket = await service.connect();
    for (const bytes of framesOf([questionText({ kind: 'sign', n: 1, request })])) socket.write(bytes);
    const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    expect(answer.subarray(5).toString()).toBe('[{"kind":"failed","n":1,"code":"SIGNER_PROTOCOL"}]');
    socket.destroy();
  });

  it('a front cannot have another store opened, even one with the same password', async () => {
    const storeId = makeStoreId();
    const slots = [await makeSlot(makeRootKey(), Secret.text(password), { kind: 'password', storeId })];
    await expect(front({ storeId, slots }).unlock()).rejects.toMatchObject({ code: 'SIGNER_STORE_DIFFERS' });
    // Under the right id the slots of another store do not open.
    const fresh = await signerService(parts.storeId, password);
    await expect(front({ slots, connect: fresh.connect }).unlock()).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
    expect(await front({ connect: fresh.connect }).unlock()).toHaveLength(32);
    await fresh.close();
  });

  it('a front with wider limits than the keeper is refused, and so is one with narrower ones', async () => {
    const eth = parts.chains.get('ETH').id;
    const wider: SigningRules = new Map([
      [eth, { feeCeilings: new Map([['ETH', 10n ** 24n]]), allowedHazards: new Set() }],
    ]);
    await expect(front({ rules: wider }).unlock()).rejects.toMatchObject({ code: 'SIGNER_RULES_DIFFER' });
    const strict = await signerService(parts.storeId, password, { feeCeiling: ['ETH=0.5'] });
    await expect(front({ connect: strict.connect }).unlock()).rejects.toMatchObject({ code: 'SIGNER_RULES_DIFFER' });
    const same: SigningRules = new Map([
      [eth, { feeCeilings: new Map([['ETH', 5n * 10n ** 17n]]), allowedHazards: new Set() }],
    ]);
    const agreed = front({ connect: strict.connect, rules: same });
    // The keeper's limit holds, whatever the front lets pass: 21000 gas at a price that makes 0.6 ETH.
    const request = signRequest(await parts.wallet('key'), { gasPrice: String(3n * 10n ** 13n) });
    await expect(agreed.sign(request)).rejects.toMatchObject({ code: 'FEE_INVALID' });
    await strict.close();
  });

  it('a front that was started before the store got another root key is refused', async () => {
    const { storeId } = parts;
    expect(await front().unlock()).toHaveLength(32);
    const slots = [await makeSlot(makeRootKey(), Secret.text(password), { kind: 'password', storeId, generation: 2 })];
    await expect(front({ slots }).unlock()).rejects.toMatchObject({ code: 'STORE_REKEYED' });
  });

  it('a keeper signs the audit log for all fronts, and nothing that does not extend what it signed', async () => {
    const { rootKey } = await openSlot(parts.slots, Secret.text(password), parts.storeId);
    const key = {
      name: `custos/${parts.storeId}/main`,
      publicKey: publicKey(auditSeedOf(rootKey, parts.storeId)),
    };
    const start = { size: 0, hashes: new Uint8Array() };
    const [leaves, others] = [new Uint8Array(64).fill(1), new Uint8Array(96).fill(2)];
    const ask = (request: Pick<CheckpointRequest, 'start' | 'leaves'>) =>
      front().checkpoint?.({ writer: 'main', beside: [], ...request });
    const note = parseCheckpoint((await ask({ start, leaves })) ?? '');
    expect(note?.size).toBe(2);
    expect(checkNote(note!.note, key)).toBe('valid');
    await expect(ask({ start, leaves: others })).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
    await expect(ask({ start, leaves: leaves.subarray(32) })).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
    const more = await ask({ start, leaves: new Uint8Array(96).fill(1) });
    expect(parseCheckpoint(more ?? '')?.size).toBe(3);
  });

  it('a front that has the signer process replaced, by requests that are refused, gets no second audit log signed', async () => {
    const own = await signerService(parts.storeId, password);
    const one = front({ connect: own.connect });
    const ask = (request: Pick<CheckpointRequest, 'start' | 'leaves'>) =>
      one.checkpoint?.({ writer: 'forked', beside: [], ...request });
    const leaves = (count: number, byte: number) => new Uint8Array(32 * count).fill(byte);
    const nothing = { size: 0, hashes: new Uint8Array() };
    const note = await ask({ start: nothing, leaves: leaves(1, 1) });
    await ask({ start: nothing, leaves: leaves(2, 1) });
    const started = () => own.log.join('').match(/"event":"signer-started"/g)?.length ?? 0;
    const before = started();
    const request = { ...signRequest(await parts.wallet('key')), digest: '00' };
    await Promise.allSettled(Array.from({ length: 120 }, () => one.sign(request)));
    const older = { size: 1, hashes: leaves(1, 1), ...(note !== undefined && { note }) };
    await expect(ask({ start: older, leaves: leaves(1, 2) })).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
    expect(started()).toBeGreaterThan(before);
    expect(parseCheckpoint((await ask({ start: older, leaves: leaves(2, 1) })) ?? '')?.size).toBe(3);
    await own.close();
  });

  it('a front that vanishes in the middle of its questions disturbs no other', async () => {
    const made = await parts.wallet('key');
    const other = front();
    await other.unlock();
    const hello = { storeId: parts.storeId, slots: parts.slots, rules: rulesText(rules) };
    const asked = Array.from({ length: 50 }, (_, nonce) =>
      questionText({ kind: 'sign', n: nonce + 2, request: signRequest(made, { nonce }) }),
    );
    const vanishing = await service.connect();
    for (const bytes of framesOf([questionText({ kind: 'hello', n: 1, request: hello })])) vanishing.write(bytes);
    const [whole = new Uint8Array()] = framesOf(asked);
    vanishing.write(whole);
    vanishing.write(whole.subarray(0, whole.length >> 1));
    await new Promise((resolve) => vanishing.once('data', resolve));
    vanishing.destroy();
    const signed = await Promise.all(
      Array.from({ length: 20 }, (_, nonce) => other.sign(signRequest(made, { nonce: nonce + 100 }))),
    );
    expect(new Set(signed.map(({ raw }) => raw)).size).toBe(20);
  });
});

describe('a keeper', () => {
  it('a keeper serves several fronts of one store at the same time, each with its own answers', async () => {
    const made = await parts.wallet('key');
    const several = [front(), front(), front()];
    const signed = await Promise.all(
      several.flatMap((one) => Array.from({ length: 20 }, (_, nonce) => one.sign(signRequest(made, { nonce })))),
    );
    // Equal requests have equal bytes, whichever front asks.
    expect(new Set(signed.map(({ raw }) => raw)).size).toBe(20);
  });

  it('a keeper has neither the password nor anything else in its environment and on its command line', () => {
    const environment = readFileSync(`/proc/${service.pid}/environ`, 'utf8').split('\0').filter(Boolean);
    expect(environment.filter((line) => !line.startsWith('NODE_CHANNEL_'))).toEqual([]);
    expect(readFileSync(`/proc/${service.pid}/cmdline`, 'utf8')).not.toContain(password);
  });

  it('a keeper holds its channel and those of its signer processes, and no file', async () => {
    await front().unlock();
    const open = readdirSync(`/proc/${service.pid}/fd`).map((fd) => readlinkSync(`/proc/${service.pid}/fd/${fd}`));
    expect(open.filter((path) => path.startsWith('socket:'))).toHaveLength(2);
    expect(open.filter((path) => path.startsWith('/') && path !== '/dev/null')).toEqual([]);
  });

  it('a keeper replaces a killed signer process, and the questions are answered', async () => {
    const asking = front();
    await asking.unlock();
    const [, started = ''] = /"signer":(\d+)/.exec(service.log.join('')) ?? [];
    const made = await parts.wallet('key');
    const asked = Array.from({ length: 20 }, (_, nonce) => asking.sign(signRequest(made, { nonce })));
    process.kill(Number(started), 'SIGKILL');
    expect(new Set((await Promise.all(asked)).map(({ raw }) => raw)).size).toBe(20);
    expect(service.log.join('')).toContain('"event":"signer-ended"');
  });

  it('a keeper that is killed ends the service, leaves no process, and the front says that it is away', async () => {
    const mortal = await signerService(parts.storeId, password);
    let connect = mortal.connect;
    const asking = front({ connect: () => connect() });
    const made = await parts.wallet('key');
    const before = await asking.sign(signRequest(made));
    const [, signer = ''] = /"signer":(\d+)/.exec(mortal.log.join('')) ?? [];
    process.kill(mortal.pid, 'SIGKILL');
    await expect(mortal.ended).rejects.toMatchObject({ code: 'SIGNER_DIED' });
    expect(existsSync(mortal.socket)).toBe(false);
    await expect(asking.sign(signRequest(made))).rejects.toMatchObject({ code: 'SIGNER_UNREACHABLE' });
    await gone(Number(signer));
    // The next question after the service is back is answered as before.
    const successor = await signerService(parts.storeId, password);
    connect = successor.connect;
    expect((await asking.sign({ ...signRequest(made) })).raw).toBe(before.raw);
    // Settings that are wrong only for now must not make a transaction fail.
    await successor.close();
    const other = await signerService(parts.storeId, 'wrong');
    connect = other.connect;
    await expect(asking.sign(signRequest(made))).rejects.toMatchObject({
      code: 'SIGNER_UNREACHABLE',
      message: expect.stringContaining('PASSWORD_WRONG'),
    });
    await other.close();
    await mortal.close();
  });

  it('the socket of a keeper lets only its user in', () => {
    expect(statSync(service.socket).mode & 0o777).toBe(0o600);
  });
});

/** Resolves when there is no such process. */
async function gone(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}/status`) && !/^State:\s+Z/m.test(statusOf(pid))) await new Promise(setImmediate);
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return 'State: Z';
  }
}
