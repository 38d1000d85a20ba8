import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { custos, type Ended, makeHome, removeHome } from '../support/custos.js';
import { type Kms, receiver, startKms, transfer } from '../support/kms.js';
import { makeQuickKey } from '../support/person-keys.js';

const password = 'a password for keys of persons';

let kms: Kms;
/** The machine of all persons, without any store. */
let away = '';
let store = '';
const file = (name: string) => join(away, name);
const put = (name: string, content: string | object): string => {
  writeFileSync(file(name), typeof content === 'string' ? content : JSON.stringify(content));
  return file(name);
};
const elsewhere = (...args: string[]): Promise<Ended> =>
  custos(args, { home: away, env: { CUSTOS_KEY_PASSWORD: password } });
const here = (...args: string[]): Promise<Ended> =>
  custos(args, { home: kms.home, env: { ...kms.env, CUSTOS_KEY_PASSWORD: password } });
const good = async (ended: Promise<Ended>): Promise<string> => {
  const { code, stdout, stderr } = await ended;
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};

/** One round with one transaction of so many wei in the queue. */
async function round(id: string, value: string): Promise<Ended> {
  const queue = kms.stub.queue('ETH');
  queue.splice(0, queue.length, transfer(id, kms.ids.key, { request: { value } }));
  return kms.run('daemon', '--run-once', '--testnet');
}
const isSent = (id: string) => kms.stub.broadcasts.some(({ body }) => body['signatureId'] === id);
const approve = (id: string, name: string) => here('approve', id, '--key', file(`${name}.key`), '--yes');

/** Publishes a version with these members beside what the one in force has. */
async function publish(members: object, ...signers: readonly string[]): Promise<Ended> {
  const draft = JSON.parse(await good(here('policy', 'draft')));
  const policy = put('policy.json', { ...draft, ...members });
  const signatures = [];
  for (const name of signers) {
    const signed = elsewhere('policy', 'sign', policy, '--store-id', store, '--key', file(`${name}.key`), '--yes');
    signatures.push(put(`${name}.signature`, await good(signed)));
  }
  return here('policy', 'publish', policy, ...signatures);
}

const small = { id: 'small', asset: 'ETH.testnet', to: receiver, max: '0.0001' };
const large = {
  id: 'large',
  asset: 'ETH.testnet',
  to: receiver,
  max: '0.01',
  needs: ['2 of treasury'],
  class: 'decoded',
};

beforeAll(async () => {
  kms = await startKms();
  away = makeHome();
  store = JSON.parse(await good(here('constitution', 'draft'))).store;
  const person = async (role: string, name: string) => {
    const key = await makeQuickKey(file(`${name}.key`), password);
    return { roles: [role], keys: [key], initiates: [] };
  };
  const constitution = put('constitution.json', {
    custosConstitution: 1,
    store,
    version: 1,
    previous: null,
    persons: {
      ada: await person('admin', 'ada'),
      alan: await person('admin', 'alan'),
      bea: await person('approver', 'bea'),
      ben: await person('approver', 'ben'),
    },
    groups: { board: ['ada', 'alan'], treasury: ['bea', 'ben'] },
    thresholds: { constitution: '2 of board', widen: '2 of board', narrow: '1 of board', unfreeze: '2 of treasury' },
  });
  const signatures = [];
  for (const name of ['ada', 'alan']) {
    const signed = elsewhere('constitution', 'sign', constitution, '--key', file(`${name}.key`), '--yes');
    signatures.push(put(`${name}.signature`, await good(signed)));
  }
  await good(here('constitution', 'enact', constitution, ...signatures));
}, 240_000);
afterAll(async () => {
  await kms.close();
  removeHome(away);
});

it('everything is sent as before until a policy is published, and doctor warns of that', async () => {
  expect((await round('before', '1000000000000000000')).code).toBe(0);
  expect(isSent('before')).toBe(true);
  const { stdout } = await kms.run('doctor', '--testnet', '--offline', '--json');
  expect(JSON.parse(stdout)).toContainEqual({
    check: 'policy',
    state: 'warning',
    text: expect.stringContaining('no policy'),
    remedy: expect.stringContaining('custos policy draft'),
  });
}, 120_000);

it('with a policy a covered payment is sent, and one above the ceiling or to others is denied', async () => {
  expect((await publish({ permits: [small, large] }, 'ada')).stderr).toContain('is in force');
  expect((await round('covered', '100000000000000')).code).toBe(0);
  expect(isSent('covered')).toBe(true);
  expect((await round('above', '10000000000000001')).code).toBe(1);
  expect(await kms.story('above')).toMatchObject({
    state: 'denied',
    error: {
      code: 'JUDGE_DENIED',
      message: expect.stringMatching(/^policy: no permit covers transfer of 0\.010000000000000001 ETH\.testnet to /),
    },
  });
  expect(isSent('above')).toBe(false);
  const explained = await here('policy', 'explain', 'above');
  expect(explained.stdout).toContain('DENY\n');
  expect(explained.stdout).toContain('small: max is not met');
  const { stdout } = await kms.run('doctor', '--testnet', '--offline', '--json');
  expect(JSON.parse(stdout)).toContainEqual({
    check: 'policy',
    state: 'ok',
    text: expect.stringMatching(/^version 1 is in force, sha256:/),
  });
}, 240_000);

it('a payment that needs two approvals waits for both, says who is missing, and is then sent', async () => {
  const id = 'large';
  expect((await round(id, '200000000000000')).code).toBe(1);
  const missing = [{ rule: 'large', demand: '2 of treasury', approved: [], open: ['bea', 'ben'] }];
  expect(await kms.story(id)).toMatchObject({
    state: 'held',
    error: { code: 'JUDGE_UNDECIDED', message: 'policy: large needs 2 of treasury: no approval yet, bea, ben can' },
    approvals: { state: 'missing', missing },
  });
  expect(JSON.parse(await good(here('approvals', 'list', '--json')))).toMatchObject({
    id,
    approvals: 'missing',
    missing,
  });

  const request = put('request.json', await good(here('approval', 'request', id)));
  const decided = await elsewhere('approve', '--request', request, '--key', file('bea.key'), '--yes');
  expect(decided.stderr).toContain('Needs: 2 of treasury');
  expect(decided.stderr).toMatch(/Policy: version 1, sha256:/);
  const submitted = await here('approval', 'submit', put('answer.json', decided.stdout));
  expect(submitted.stderr).toContain('large needs 2 of treasury: bea approved, ben can');
  expect((await round(id, '200000000000000')).code).toBe(1);
  expect(isSent(id)).toBe(false);
  expect((await approve(id, 'ada')).stderr).toContain('APPROVAL_REFUSED');
  expect((await here('policy', 'explain', id, '--json')).stdout).toContain('"verdict": "hold"');
  expect((await approve(id, 'ben')).stderr).toContain('the policy allows it');
  expect((await round(id, '200000000000000')).code).toBe(0);
  expect(isSent(id)).toBe(true);
  expect(await kms.story(id)).not.toHaveProperty('approvals');
}, 240_000);

it('a backtest of the policy in force says what was decided', async () => {
  const live = await Promise.all(['covered', 'above'].map(async (id) => [id, (await kms.story(id)).state]));
  expect(live).toEqual([
    ['covered', 'completed'],
    ['above', 'denied'],
  ]);
  const rows = (await good(here('policy', 'backtest', file('policy.json'), '--json'))).trim().split('\n');
  const verdicts = Object.fromEntries(rows.map((row) => JSON.parse(row)).map(({ id, verdict }) => [id, verdict]));
  // What was signed before there was a policy would have been denied, and approvals are not known.
  expect(verdicts).toEqual({ before: 'deny', covered: 'allow', above: 'deny', large: 'hold' });
}, 240_000);

it('a rejection ends a payment, and one that needs no approval too', async () => {
  const id = 'rejected';
  await round(id, '300000000000000');
  await good(here('reject', id, '--key', file('ben.key'), '--yes'));
  expect((await round(id, '300000000000000')).code).toBe(1);
  expect(await kms.story(id)).toMatchObject({
    state: 'denied',
    error: { message: expect.stringContaining('ben rejected it') },
  });
}, 240_000);

it('another version of the policy asks again, and only logs what its shadow rules would do', async () => {
  const id = 'again';
  await round(id, '400000000000000');
  await good(approve(id, 'bea'));
  const forbids = [{ id: 'pause', to: 'any', shadow: true }];
  expect((await publish({ forbids }, 'ada')).stderr).toContain('Version 2 of the policy is in force');
  await good(approve(id, 'ben'));
  const listed = JSON.parse(await good(here('approvals', 'list', '--json')));
  expect(listed).toMatchObject({ id, missing: [{ approved: ['ben'], open: ['bea'] }] });
  expect((await round(id, '400000000000000')).code).toBe(1);
  expect(isSent(id)).toBe(false);
  await good(approve(id, 'bea'));
  const { code, stderr } = await round(id, '400000000000000');
  expect(code).toBe(0);
  expect(isSent(id)).toBe(true);
  expect(stderr).toMatch(/"policy":2,"rule":"pause","would":"forbid","event":"policy-shadow"/);
}, 240_000);

it('what a version widens is denied until its delay is over, and logged', async () => {
  expect((await publish({ permits: [{ ...small, max: '1' }] }, 'ada', 'alan')).stderr).toMatch(
    /Version 3 .* comes into force at/,
  );
  const { stderr } = await round('early', '20000000000000000');
  expect(await kms.story('early')).toMatchObject({ state: 'denied', error: { code: 'JUDGE_DENIED' } });
  expect(stderr).toMatch(/"policy":3,"verdict":"allow".*"event":"policy-waiting"/);
  const { stdout } = await kms.run('doctor', '--testnet', '--offline', '--json');
  expect(JSON.parse(stdout)).toContainEqual(
    expect.objectContaining({
      check: 'policy',
      text: expect.stringMatching(/^version 3 waits, and is in force from /),
    }),
  );
}, 240_000);
