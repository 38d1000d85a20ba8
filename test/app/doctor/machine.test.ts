import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/app/config/config.js';
import { limitFindings } from '../../../src/app/doctor/limits.js';
import { machineFindings, scryptFinding } from '../../../src/app/doctor/machine.js';
import { createRegistry } from '../../../src/chains/registry.js';
import { anySlot } from '../../storage/support.js';

let directory = '';
const at = (name: string) => join(directory, name);
const files = () => ({ limits: at('limits'), swaps: at('swaps'), group: at('cgroup'), groups: at('groups') });
const found = async (check: string, environment = {}) =>
  (await machineFindings(environment, files())).find((one) => one.check === check);
const limits = (soft: string) => `Limit                     Soft Limit           Hard Limit           Units
Max stack size            8388608              unlimited            bytes
Max core file size        ${soft.padEnd(20)} unlimited            bytes
`;
const swaps = 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/sda2 partition 8388604 0 -2\n';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'custos-machine-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('doctor', () => {
  it.each([
    ['unlimited', 'warning'],
    ['1024', 'warning'],
    ['0', 'ok'],
  ])('doctor warns of core dumps when their limit is not 0: %s', async (soft, state) => {
    writeFileSync(at('limits'), limits(soft));
    expect(await found('core dumps')).toMatchObject({ state });
  });

  it('doctor warns of swap, unless the control group forbids it', async () => {
    writeFileSync(at('swaps'), swaps);
    expect(await found('swap')).toMatchObject({ state: 'warning', text: expect.stringContaining('/dev/sda2') });
    writeFileSync(at('cgroup'), '0::/system.slice/custos.service\n');
    expect(await found('swap')).toMatchObject({ state: 'warning' });
    mkdirSync(at('groups/system.slice/custos.service'), { recursive: true });
    writeFileSync(at('groups/system.slice/custos.service/memory.swap.max'), '0\n');
    expect(await found('swap')).toMatchObject({ state: 'ok' });
    rmSync(at('groups'), { recursive: true });
    writeFileSync(at('swaps'), 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n');
    expect(await found('swap')).toMatchObject({ state: 'ok', text: 'off' });
  });

  it('doctor is silent about facts that the system hides', async () => {
    expect(await machineFindings({}, files())).toEqual([]);
  });

  it('doctor warns of certificates that are not checked and of NODE_DEBUG', async () => {
    const environment = { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_DEBUG: 'http' };
    expect(await found('TLS', environment)).toMatchObject({ state: 'warning' });
    expect(await found('NODE_DEBUG', environment)).toMatchObject({ state: 'warning' });
    expect(await machineFindings({ NODE_TLS_REJECT_UNAUTHORIZED: '1', NODE_DEBUG: '' }, files())).toEqual([]);
  });

  it('doctor warns of a password slot that is easier to guess than a new one', () => {
    const weak = { ...anySlot(), kdf: { logN: 14, r: 8, p: 1 } };
    expect(scryptFinding([anySlot(), weak])).toMatchObject({
      state: 'warning',
      text: expect.stringContaining('N=2^14'),
    });
    expect(scryptFinding([anySlot(), { ...weak, kind: 'recovery' }])).toMatchObject({ state: 'ok' });
  });

  it('doctor warns of limits that have no effect', () => {
    const limits = (flags: Record<string, unknown>) =>
      limitFindings(readConfig(flags, {}, directory), createRegistry()).map(({ check, state }) => [check, state]);
    expect(limits({ feeCeiling: ['ETH=1000000'] })).toEqual([['fee ceiling', 'warning']]);
    expect(limits({ allowHazard: ['XRP:all'] })).toEqual([['hazards', 'warning']]);
    expect(limits({ feeCeiling: ['ETH=0.01'], allowHazard: ['XRP:account-control'] })).toEqual([]);
  });
});
