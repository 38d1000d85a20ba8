import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { custos, type Environment, removeHome } from '../support/custos.js';
import { makeQuickHome } from '../support/quick-slot.js';
import { type SoftHsm, startSoftHsm, TOKEN_PIN, whyNoSoftHsm } from '../support/soft-hsm.js';

const signatureId = '0f6bb1e2-8f4c-4a39-9d54-0c3f2b6a7e11';

describe.skipIf(whyNoSoftHsm() !== undefined)('custos wallet attach', () => {
  let hsm: SoftHsm;
  let home: string;
  let uri: string;
  let env: Environment;
  let address: string;
  const run = (...args: string[]) => custos(args, { home, env });

  beforeAll(async () => {
    hsm = startSoftHsm();
    uri = hsm.make('EC:secp256k1', 'hot');
    env = { CUSTOS_PASSWORD: 'the password of this test', ...hsm.environment };
    home = await makeQuickHome(env);
    writeFileSync(join(home, 'pin'), `${TOKEN_PIN}\n`, { mode: 0o600 });
  }, 60_000);
  afterAll(() => {
    hsm?.remove();
    removeHome(home);
  });

  it('asks for an address or a yes before a script stores anything, and for a key that the chain signs with', async () => {
    const pin = ['--hsm-pin-file', join(home, 'pin')];
    const blind = await run('wallet', 'attach', 'ETH', '--key', uri, '--testnet', ...pin);
    expect(blind).toMatchObject({ code: 2, stdout: '' });
    expect(blind.stderr).toContain('NO_TERMINAL');
    const sol = await run('wallet', 'attach', 'SOL', '--key', uri, '--testnet', '--yes', ...pin);
    expect(sol.stderr).toContain('KEY_UNSUITABLE');
    const other = ['--address', `0x${'11'.repeat(20)}`];
    const foreign = await run('wallet', 'attach', 'ETH', '--key', uri, '--testnet', ...other, ...pin);
    expect(foreign.stderr).toContain('ADDRESS_MISMATCH');
    const spoken = await run('wallet', 'attach', 'ETH', '--key', `${uri}&pin-value=${TOKEN_PIN}`, '--yes', ...pin);
    expect(spoken).toMatchObject({ code: 2 });
    expect(spoken.stderr).not.toContain(TOKEN_PIN);
    expect((await run('wallet', 'list', '--json')).stdout).toBe('');
  });

  it('shows the address and stores the wallet, which is listed, shown, verified and exported without a secret', async () => {
    const flags = ['--testnet', '--yes', '--signature-id', signatureId, '--hsm-pin-file', join(home, 'pin')];
    const attached = await run('wallet', 'attach', 'ETH', '--key', uri, ...flags);
    expect(attached).toMatchObject({ code: 0 });
    ({ address } = JSON.parse(attached.stdout) as { address: string });
    expect(attached.stderr).toContain(`The key gives ${address} (ETH, testnet).`);
    expect(JSON.parse((await run('wallet', 'show', signatureId)).stdout)).toMatchObject({
      kind: 'elsewhere',
      address,
      key: uri,
    });
    const exported = JSON.parse((await run('wallet', 'export', signatureId)).stdout) as Record<string, object>;
    expect(exported[signatureId]).toEqual({ key: uri, address, chain: 'ETH', testnet: true });
    expect(await run('verify')).toMatchObject({ code: 0 });
    expect((await run('getprivatekey', signatureId)).stderr).toContain('KEY_ELSEWHERE');
  });

  it('is in backups, and doctor says whether the key answers', async () => {
    expect(await run('backup', join(home, 'b'))).toMatchObject({ code: 0 });
    const restored = { ...env, CUSTOS_STORE: join(home, 'restored.db') };
    expect(await custos(['restore', join(home, 'b')], { home, env: restored })).toMatchObject({ code: 0 });
    const shown = await custos(['wallet', 'show', signatureId], { home, env: restored });
    expect(JSON.parse(shown.stdout)).toMatchObject({ kind: 'elsewhere', address, key: uri });
    const doctor = async (pin: string) =>
      (await custos(['doctor', '--testnet'], { home, env: { ...env, CUSTOS_HSM_PIN: pin } })).stdout;
    expect(await doctor(TOKEN_PIN)).toContain(`answers for ${address}`);
    expect(await doctor('000000')).toContain('KEY_PIN_WRONG');
    expect(await run('wallet', 'remove', signatureId, '--yes')).toMatchObject({ code: 0 });
  });
});
