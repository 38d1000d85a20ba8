import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { custos, type Ended, makeHome, removeHome } from '../support/custos.js';
import { type Kms, startKms } from '../support/kms.js';
import { makeQuickKey } from '../support/person-keys.js';

const password = 'a password for keys of persons';

let kms: Kms;
/** The machine of a person, without any store. */
let away = '';
let store = '';
const file = (name: string) => join(away, name);
const put = (name: string, content: string | object): string => {
  writeFileSync(file(name), typeof content === 'string' ? content : JSON.stringify(content));
  return file(name);
};

const elsewhere = (...args: string[]): Promise<Ended> =>
  custos(args, { home: away, env: { CUSTOS_KEY_PASSWORD: password } });
const here = (...args: string[]): Promise<Ended> => kms.run(...args);
const good = async (ended: Promise<Ended>): Promise<string> => {
  const { code, stdout, stderr } = await ended;
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};
const draft = async (): Promise<Record<string, unknown>> => JSON.parse(await good(here('policy', 'draft')));
const permit = (max: string) => ({ id: 'small', asset: 'ETH.testnet', to: 'any', max });

beforeAll(async () => {
  kms = await startKms();
  away = makeHome();
  store = JSON.parse(await good(here('constitution', 'draft'))).store;
}, 120_000);
afterAll(async () => {
  await kms.close();
  removeHome(away);
});

it('without a policy, show and history say so, and the first draft permits nothing', async () => {
  expect((await here('policy', 'show')).stderr).toContain('POLICY_MISSING');
  expect((await here('policy', 'backtest')).stderr).toContain('POLICY_MISSING');
  expect(await good(here('policy', 'history', '--json'))).toBe('');
  expect(await draft()).toMatchObject({ version: 1, permits: [] });
});

it('without a constitution the password publishes at once, each version after the one before', async () => {
  const one = put('1.json', { ...(await draft()), permits: [permit('1')] });
  expect(await good(here('policy', 'check', one))).toContain('0 mistakes');
  expect((await here('policy', 'publish', one)).stderr).toMatch(/Version 1 of the policy is in force: sha256:/);
  expect((await here('policy', 'publish', one)).stderr).toContain('POLICY_CONFLICT');
  const next = await draft();
  expect(next).toMatchObject({ version: 2, previous: expect.stringMatching(/^sha256:/), permits: [permit('1')] });
  const wrong = put('wrong.json', { ...next, previous: `sha256:${'00'.repeat(32)}` });
  expect((await here('policy', 'publish', wrong)).stderr).toContain('POLICY_CONFLICT');
  const two = put('2.json', { ...next, permits: [permit('2')] });
  const published = await here('policy', 'publish', two, '--json');
  expect(JSON.parse(published.stdout)).toMatchObject({ version: 2, act: 'widen' });
  expect(published.stderr).toContain('It widens.');
  const shown = await good(here('policy', 'show'));
  expect(shown).toContain('permit small: asset ETH.testnet; max 2; to any\n');
  expect(shown).toMatch(/Version 2, published at .*, is in force since /);
  expect(JSON.parse(await good(here('policy', 'show', '1', '--json')))).toMatchObject({ version: 1, state: 'former' });
  expect((await here('policy', 'show', '9')).stderr).toContain('POLICY_MISSING');
}, 60_000);

it('a policy that is none is refused before anything is published', async () => {
  const next = { ...(await draft()), permits: [{ ...permit('1'), max: 1.5 }] };
  const twice = JSON.stringify(next).replace('{', '{"version":3,');
  const unknown = { ...(await draft()), permits: [{ ...permit('1'), asset: ['NONE'] }] };
  for (const content of [next, twice, { ...next, more: 1 }, unknown, 'x']) {
    expect((await here('policy', 'publish', put('bad.json', content))).stderr).toContain('POLICY_INVALID');
    expect((await elsewhere('policy', 'sign', file('bad.json'), '--key', 'none')).stderr).toContain('POLICY_INVALID');
  }
  expect((await good(here('policy', 'history', '--json'))).trim().split('\n')).toHaveLength(2);
}, 60_000);

it('with a constitution one admin narrows at once, and two widen after a day', async () => {
  const names = ['ada', 'alan', 'bea', 'bob'];
  const keys: Record<string, string> = {};
  for (const name of names) keys[name] = await makeQuickKey(file(`${name}.key`), password);
  const person = (role: string, name: string) => ({ roles: [role], keys: [keys[name]], initiates: [] });
  const constitution = put('constitution.json', {
    custosConstitution: 1,
    store,
    version: 1,
    previous: null,
    persons: {
      ada: person('admin', 'ada'),
      alan: person('admin', 'alan'),
      bea: person('approver', 'bea'),
      bob: person('approver', 'bob'),
    },
    groups: { board: ['ada', 'alan'], treasury: ['bea', 'bob'] },
    thresholds: { constitution: '2 of board', widen: '2 of board', narrow: '1 of board', unfreeze: '2 of treasury' },
  });
  const sign = async (name: string, ...args: string[]) =>
    put(`${name}.signature`, await good(elsewhere(...args, '--key', file(`${name}.key`), '--yes')));
  const enacting = [];
  for (const name of ['ada', 'alan']) enacting.push(await sign(name, 'constitution', 'sign', constitution));
  await good(here('constitution', 'enact', constitution, ...enacting));

  const three = put('3.json', { ...(await draft()), permits: [permit('1')] });
  const signing = ['policy', 'sign', three, '--previous', file('2.json'), '--store-id', store];
  const seen = await elsewhere(...signing, '--key', file('ada.key'), '--yes');
  expect(seen.stderr).toContain('permit small: asset ETH.testnet; max 1; to any\n');
  expect(seen.stderr).toContain('It narrows.');
  expect(seen.stderr).toContain('only if it permits nothing that is not permitted now');
  const ada = put('ada.signature', seen.stdout);
  expect((await here('policy', 'publish', three)).stderr).toContain('narrow needs 1 of board');
  const bea = await sign('bea', ...signing);
  expect((await here('policy', 'publish', three, bea)).stderr).toContain('CONSTITUTION_SIGNATURE');
  expect((await here('policy', 'publish', three, put('bad.signature', '{}'))).stderr).toContain(
    'CONSTITUTION_SIGNATURE',
  );
  const other = ['policy', 'sign', three, '--previous', file('2.json'), '--store-id', 'ff'.repeat(16)];
  expect((await here('policy', 'publish', three, await sign('alan', ...other))).stderr).toContain(
    'CONSTITUTION_SIGNATURE',
  );
  expect((await here('policy', 'publish', three, ada, '--delay', '24')).stderr).toContain('USAGE');
  expect((await here('policy', 'publish', three, ada)).stderr).toContain('Version 3 of the policy is in force');

  const crew = { groups: { crew: ['bea', 'bobb'] }, permits: [{ ...permit('5'), needs: ['2 of crew'] }] };
  const four = put('4.json', { ...(await draft()), ...crew });
  expect((await here('policy', 'publish', four, ada)).stderr).toContain('CONSTITUTION_SIGNATURE');
  const widening = ['policy', 'sign', four, '--previous', three, '--store-id', store];
  const both = [await sign('ada', ...widening), await sign('alan', ...widening)];
  expect((await here('policy', 'publish', four, both[0]!)).stderr).toContain('widen needs 2 of board');
  expect((await here('policy', 'publish', four, ...both, '--delay', '1')).stderr).toContain('USAGE');
  const waits = (await here('policy', 'publish', four, ...both)).stderr;
  expect(waits).toMatch(/Version 4 .* comes into force at /);
  // A typing error is told while there is time to publish another version.
  expect(waits).toContain('warning: group crew names "bobb", and the constitution names no such person');
  expect((await here('doctor')).stdout).toContain(
    'in version 4, which waits: small needs 2 of crew, and fewer persons',
  );
  expect(await good(here('policy', 'show'))).toMatch(
    /max 1; to any\n(?:.*\n)*Version 4, published at .*, waits until /,
  );

  const five = put('5.json', { ...(await draft()), permits: [permit('1')] });
  const back = await sign('alan', 'policy', 'sign', five, '--store-id', store);
  expect((await here('policy', 'publish', five, back)).stderr).toContain(
    'Version 4, which waited, never comes into force.',
  );
  const history = (await good(here('policy', 'history', '--json'))).trim().split('\n');
  expect(history.map((line) => [JSON.parse(line).version, JSON.parse(line).state])).toEqual([
    [5, 'in force'],
    [4, 'replaced'],
    [3, 'former'],
    [2, 'former'],
    [1, 'former'],
  ]);
  expect(await good(here('policy', 'history'))).toContain('replaced');
  expect((await elsewhere('policy', 'sign', five, '--previous', three, '--key', 'none')).stderr).toContain(
    'POLICY_CONFLICT',
  );
  expect((await elsewhere('policy', 'sign', five, '--key', file('ada.key'), '--yes')).stderr).toContain('USAGE');
}, 240_000);
