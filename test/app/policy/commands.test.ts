import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { custos } from '../../support/custos.js';
import { type Kms, keys, receiver, startKms, transfer } from '../../support/kms.js';

let kms: Kms;

const base = {
  custosPolicy: 1,
  version: 1,
  timeZone: 'UTC',
  assets: { ETH: { network: 'testnet', chain: 'ETH', decimals: 18 } },
  books: {},
  groups: { ops: ['ann'] },
  permits: [{ id: 'pay', to: receiver, max: '1' }],
  forbids: [],
  limits: [{ id: 'day', asset: 'ETH', rolling: '24h', max: '1', stepUp: ['1 of ops'] }],
};

function file(name: string, members: object = {}): string {
  const path = join(kms.home, name);
  writeFileSync(path, JSON.stringify({ ...base, ...members }));
  return path;
}

beforeAll(async () => {
  kms = await startKms();
  kms.stub.queue('ETH').push(transfer('paid', kms.ids.key));
  kms.stub.queue('ETH').push({ ...transfer('broken', kms.ids.key), serializedTransaction: '{' });
  await kms.daemon('--testnet', '--chain', 'ETH');
});
afterAll(() => kms.close());

describe('custos policy', () => {
  it('draft prints a policy that check accepts and that permits nothing', async () => {
    const { code, stdout } = await kms.run('policy', 'draft');
    expect(code).toBe(0);
    const drafted = JSON.parse(stdout);
    expect(drafted.permits).toEqual([]);
    expect(drafted.assets['ETH.testnet']).toEqual({ network: 'testnet', chain: 'ETH', decimals: 18 });
    const checked = await kms.run('policy', 'check', file('draft.json', drafted));
    expect(checked).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^version 1, 0 rules, 0 mistakes, sha256:/),
    });
  });

  it('check names mistakes and exits with 1, and refuses what is not a policy with 2', async () => {
    const permits = [{ id: 'pay', to: 'any', max: '1', chain: ['ETH', 'NONE'], needs: ['2 of ops'] }];
    const { code, stdout } = await kms.run('policy', 'check', file('wrong.json', { permits }));
    expect(code).toBe(1);
    expect(stdout).toContain('mistake  pay  names the unknown chain NONE\n');
    expect(stdout).toContain('mistake  pay  needs 2 of ops, which has 1\n');
    const bad = await kms.run('policy', 'check', file('bad.json', { permits: [{ id: 'p', max: 1 }] }));
    expect(bad).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('(POLICY_INVALID)') });
    expect(bad.stderr).toContain('permits[0].max');
    expect(await kms.run('policy', 'check', join(kms.home, 'missing'))).toMatchObject({ code: 2, stdout: '' });
  });

  it('check reads standard input, and says where a text stops to be JSON', async () => {
    const input = JSON.stringify({ ...base, permits: [] });
    const { home, env } = kms;
    expect(await custos(['policy', 'check', '-'], { home, env, input })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('0 mistakes'),
    });
    const broken = input.replace('{', '{\n').replace(/}$/, ',}');
    const refused = await custos(['policy', 'check', '-'], { home, env, input: broken });
    expect(refused.stderr).toMatch(
      /standard input: the policy is not JSON from line 2, column \d+ on \(POLICY_INVALID\)/,
    );
    expect(refused.stderr).not.toContain('policy check FILE');
    const missing = await kms.run('policy', 'check', join(kms.home, 'missing'));
    expect(missing.stderr).toMatch(/\(FILE_UNREADABLE\)\ncustos: hint: check the name of the file/);
  });

  it('explain says of a permit for other tags that the tags are not met', async () => {
    const permits = [{ id: 'hot-only', tags: ['hot'], to: 'any', max: '1' }];
    const { stdout } = await kms.run('policy', 'explain', file('tags.json', { permits }), '--transaction', 'paid');
    expect(stdout).toMatch(/^DENY\n {2}no permit covers transfer of 0\.\d+ ETH to /);
    expect(stdout).toContain('\n  hot-only: tags are not met\n');
  });

  it('explain shows what covers each part of a transaction of the journal', async () => {
    const allowed = await kms.run('policy', 'explain', file('p.json'), '--transaction', 'paid');
    expect(allowed.code).toBe(0);
    expect(allowed.stdout).toMatch(
      /^ALLOW\ntransfer of 0\.\d+ ETH to 0x1111111111111111111111111111111111111111: covered by pay\n/,
    );
    expect(allowed.stdout).toContain('goes with the rest');
    expect(allowed.stdout).toContain(
      '\n2 rules considered; the others are about other chains, wallets, tags or receivers\n',
    );
    expect(allowed.stderr).toContain('Tags and owners are those of now');
    const permits = [{ id: 'pay', to: keys.one.address, max: '1' }];
    const denied = await kms.run('policy', 'explain', file('q.json', { permits }), '--transaction', 'paid', '--json');
    expect(JSON.parse(denied.stdout)).toMatchObject({
      verdict: 'deny',
      effects: [{ covered: 'no', misses: [{ rule: 'pay', because: 'to' }] }, { covered: 'no' }],
    });
    expect(await kms.run('policy', 'explain', file('p.json'), '--transaction', 'none')).toMatchObject({ code: 1 });
    expect(await kms.run('policy', 'explain', file('p.json'))).toMatchObject({ code: 2, stdout: '' });
  });

  it('diff says whether a version widens or narrows', async () => {
    const next = { version: 2, previous: `sha256:${'0'.repeat(64)}` };
    const more = file('more.json', { ...next, permits: [{ id: 'pay', to: receiver, max: '2' }] });
    const less = file('less.json', { ...next, permits: [{ id: 'pay', to: receiver, max: '0.5' }] });
    expect((await kms.run('policy', 'diff', file('p.json'), more)).stdout).toMatch(
      /^widens {2}pay {2}.* \(max\)\nwidens\n$/,
    );
    const { stdout } = await kms.run('policy', 'diff', file('p.json'), less, '--json');
    expect(JSON.parse(stdout)).toEqual({
      effect: 'narrows',
      changes: [{ what: 'pay', effect: 'narrows', why: 'the permit allows less than before (max)' }],
    });
  });

  it('backtest says what would have changed, and what it cannot decode', async () => {
    const { code, stdout, stderr } = await kms.run('policy', 'backtest', file('p.json', { permits: [] }), '--json');
    expect(code).toBe(0);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const verdicts = Object.fromEntries(rows.map(({ id, verdict }) => [id, verdict]));
    expect(verdicts).toEqual({ paid: 'deny', broken: 'unknown' });
    expect(stderr).toContain('2 transactions; 1 that were signed would not have been; 1 cannot be decoded.');
    const same = await kms.run('policy', 'backtest', file('p.json'));
    expect(same.stdout).toMatch(/^ID +CHAIN +STATE +VERDICT +WHY\n/);
    expect(same.stderr).toContain('0 that were signed would not have been');
  });
});
