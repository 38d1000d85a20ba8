import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keeperProgram, signerProgramBelow } from '../../dist/app/signer/program.js';
import { unlockVault } from '../../src/app/signer/vault.js';
import { silentLog } from '../../src/core/log.js';
import { Secret } from '../../src/core/secret.js';
import type { Signer } from '../../src/core/signing/signer.js';
import type { SigningRules } from '../../src/core/signing/signing-rules.js';
import { createInProcessSigner } from '../../src/signing/in-process-signer.js';
import { createSignerClient } from '../../src/signing/signer-client.js';
import { signerSuite } from '../suites/signer.js';
import { password, type SigningParts, signingParts, signRequest } from '../support/signing-parts.js';

const rules: SigningRules = new Map();

function makeClient({ slots, storeId }: SigningParts, secret: Secret, count = 1): Signer {
  return createSignerClient({
    ...signerProgramBelow(keeperProgram().nodeFlags),
    slots,
    storeId,
    rules,
    password: secret,
    count,
    log: silentLog,
  });
}

signerSuite('the signer in this process', ({ slots, storeId, chains }, secret) =>
  createInProcessSigner({
    chains,
    rules,
    unlockVault: () => unlockVault({ slots, storeId, rules, password: secret.exposeBytes().slice() }),
  }),
);

signerSuite('the signer process', (parts, secret) => makeClient(parts, secret));

describe('the signer process', () => {
  let parts: SigningParts;
  let signer: Signer;
  const pid = () => Number(/\d+/.exec(signer.name)?.[0]);

  beforeAll(async () => {
    parts = await signingParts();
    signer = makeClient(parts, Secret.text(password));
    await signer.unlock();
  });
  afterAll(() => signer.close());

  it('the signer process has only the channel to its parent in its environment', () => {
    const environment = readFileSync(`/proc/${pid()}/environ`, 'utf8').split('\0').filter(Boolean);
    expect(environment.length).toBeGreaterThan(0);
    expect(environment.filter((line) => !line.startsWith('NODE_CHANNEL_'))).toEqual([]);
  });

  it('the signer process has no secret on its command line', () => {
    expect(readFileSync(`/proc/${pid()}/cmdline`, 'utf8')).not.toContain(password);
  });

  it('the signer process holds one socket, which is the channel, and no file', async () => {
    await signer.sign(signRequest(await parts.wallet('key')));
    const open = readdirSync(`/proc/${pid()}/fd`).map((fd) => readlinkSync(`/proc/${pid()}/fd/${fd}`));
    expect(open.filter((path) => path.startsWith('socket:'))).toHaveLength(1);
    expect(open.filter((path) => path.startsWith('/') && path !== '/dev/null')).toEqual([]);
  });

  it('a killed signer process is replaced, and its successor answers the requests', async () => {
    const before = pid();
    const made = await parts.wallet('key');
    const asked = Array.from({ length: 20 }, (_, nonce) => signer.sign(signRequest(made, { nonce })));
    process.kill(before, 'SIGKILL');
    const answered = await Promise.all(asked);
    expect(new Set(answered.map(({ raw }) => raw)).size).toBe(20);
    expect(pid()).not.toBe(before);
  });

  it('a signer process that hangs is replaced', async () => {
    const before = pid();
    const client = createSignerClient({
      ...signerProgramBelow(keeperProgram().nodeFlags),
      slots: parts.slots,
      storeId: parts.storeId,
      rules,
      password: Secret.text(password),
      count: 1,
      log: silentLog,
      timeouts: { sign: 500, start: 60_000 },
    });
    await client.unlock();
    const stopped = Number(/\d+/.exec(client.name)?.[0]);
    process.kill(stopped, 'SIGSTOP');
    const { raw } = await client.sign(signRequest(await parts.wallet('key')));
    expect(raw).toMatch(/^0x/);
    expect(client.name).not.toContain(String(stopped));
    await client.close();
    expect(pid()).toBe(before);
  });

  it('a second signer process starts only when the first one has no idle moment', async () => {
    const several = makeClient(parts, Secret.text(password), 2);
    await several.unlock();
    const made = await parts.wallet('key');
    let nonce = 0;
    const sign = async () => (await several.sign(signRequest(made, { nonce: nonce++ }))).raw;
    const burst = await Promise.all(Array.from({ length: 20 }, sign));
    expect(several.name.match(/\d+/g)).toHaveLength(1);
    const processes = () => several.name.match(/\d+/g)?.length ?? 0;
    const signed = [...burst];
    // There is always a question, until a second one is open and answers, too; each asks for other bytes.
    const caller = async () => {
      while (processes() < 2) signed.push(await sign());
      for (let more = 0; more < 20; more++) signed.push(await sign());
    };
    await Promise.all(Array.from({ length: 20 }, caller));
    expect(processes()).toBe(2);
    expect(new Set(signed).size).toBe(nonce);
    await several.close();
  });
});
