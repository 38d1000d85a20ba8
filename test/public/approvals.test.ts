import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { custos, type Ended, makeHome, removeHome } from '../support/custos.js';
import { type Kms, receiver, startKms, transfer } from '../support/kms.js';
import { makeQuickKey } from '../support/person-keys.js';

const password = 'a password for keys of persons';
const people = ['ada', 'alan', 'bea', 'bob', 'ben'] as const;
const needs = { CUSTOS_NEEDS: '2 of treasury' };

let kms: Kms;
/** The machine of an approver, without any store. */
let away = '';
const file = (name: string) => join(away, name);
const keys: Record<string, string> = {};

/** A command on the approver's own machine. */
const elsewhere = (...args: string[]): Promise<Ended> =>
  custos(args, { home: away, env: { CUSTOS_KEY_PASSWORD: password } });
/** A command at the store, of a person who sits there. */
const here = (...args: string[]): Promise<Ended> =>
  custos(args, { home: kms.home, env: { ...kms.env, ...needs, CUSTOS_KEY_PASSWORD: password } });
const good = async (ended: Promise<Ended>): Promise<string> => {
  const { code, stdout, stderr } = await ended;
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};
const put = (name: string, text: string): string => {
  writeFileSync(file(name), text);
  return file(name);
};

function constitution(change: object = {}) {
  const person = (role: string, name: string) => ({ roles: [role], keys: [keys[name]], initiates: [] });
  return {
    custosConstitution: 1,
    version: 1,
    previous: null,
    persons: {
      ada: person('admin', 'ada'),
      alan: person('admin', 'alan'),
      bea: person('approver', 'bea'),
      bob: person('approver', 'bob'),
      ben: person('approver', 'ben'),
    },
    groups: { board: ['ada', 'alan'], treasury: ['bea', 'bob', 'ben'] },
    thresholds: { constitution: '2 of board', widen: '2 of board', narrow: '1 of board', unfreeze: '2 of treasury' },
    ...change,
  };
}

beforeAll(async () => {
  kms = await startKms();
  away = makeHome();
  for (const name of people.filter((one) => one !== 'bea')) {
    keys[name] = await makeQuickKey(file(`${name}.key`), password);
  }
  // The key file that a test looks at is the command's own.
  keys['bea'] = (await good(elsewhere('approver', 'key', file('bea.key')))).trim();
  const draft = JSON.parse(await good(here('constitution', 'draft')));
  const written = put('constitution.json', JSON.stringify(constitution({ store: draft.store }), undefined, 2));
  const signatures: string[] = [];
  for (const name of ['ada', 'alan']) {
    const signed = await good(elsewhere('constitution', 'sign', written, '--key', file(`${name}.key`), '--yes'));
    signatures.push(put(`${name}.signature`, signed));
  }
  const [one = ''] = signatures;
  expect((await here('constitution', 'enact', written, one)).stderr).toContain('CONSTITUTION_QUORUM');
  expect((await here('constitution', 'enact', written, one, one)).stderr).toContain('CONSTITUTION_QUORUM');
  await good(here('constitution', 'enact', written, ...signatures));
  expect((await here('constitution', 'enact', written, ...signatures)).stderr).toContain('CONSTITUTION_CONFLICT');
}, 240_000);
afterAll(async () => {
  await kms.close();
  removeHome(away);
});

/** One round with a transaction in the queue. */
async function round(id: string): Promise<Ended> {
  const queue = kms.stub.queue('ETH');
  queue.splice(0, queue.length, transfer(id, kms.ids.key));
  return kms.run('daemon', '--run-once', '--testnet', '--needs', '2 of treasury');
}

const isSent = (id: string) => kms.stub.broadcasts.some(({ body }) => body['signatureId'] === id);

it('a key file is for its owner alone, holds no secret in clear, and is never overwritten', async () => {
  expect(statSync(file('bea.key')).mode & 0o777).toBe(0o600);
  const { key } = JSON.parse(readFileSync(file('bea.key'), 'utf8'));
  expect(key).toBe(keys['bea']);
  expect((await elsewhere('approver', 'key', file('bea.key'))).stderr).toContain('APPROVER_KEY_EXISTS');
});

it('a key is not made in a directory that is not there', async () => {
  const ended = await elsewhere('approver', 'key', join(away, 'none', 'x.key'));
  expect(ended).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`there is no directory ${join(away, 'none')}`),
  });
  expect(existsSync(join(away, 'none'))).toBe(false);
});

it('whoever signs a constitution learns when the signature will not count', async () => {
  const sign = (written: object, name: string) => {
    const text = JSON.stringify(written);
    return elsewhere('constitution', 'sign', put('other.json', text), '--key', file(`${name}.key`), '--yes');
  };
  const first = constitution({ store: '00'.repeat(16) });
  expect((await sign(first, 'ada')).stderr).not.toContain('will not count');
  expect((await sign(first, 'bea')).stderr).toContain('It will not count: bea does not belong to the group board.');
  const later = { ...first, version: 2, previous: `sha256:${'0a'.repeat(32)}` };
  expect((await sign(later, 'ada')).stderr).toContain('the group that version 1, which is in force, names');
});

it('the constitution in force is shown with its hash, and the next draft follows it', async () => {
  const shown = JSON.parse(await good(here('constitution', 'show', '--json')));
  expect(shown).toMatchObject({ version: 1, groups: { board: ['ada', 'alan'] } });
  const next = JSON.parse(await good(here('constitution', 'draft')));
  expect(next).toMatchObject({ version: 2, previous: shown.hash });
  expect(await good(here('constitution', 'show'))).toContain(`Hash: ${shown.hash}`);
});

it('doctor and daemon warn of approvals that the persons of the constitution cannot give', async () => {
  const approvals = async (demand: string) => {
    const { stdout } = await kms.run('doctor', '--testnet', '--offline', '--json', '--needs', demand);
    return JSON.parse(stdout).filter(({ check }: { check: string }) => check === 'approvals');
  };
  expect(await approvals('2 of treasury')).toMatchObject([{ state: 'ok' }]);
  expect(await approvals('2 of tresury')).toMatchObject([
    { state: 'problem', text: expect.stringContaining('has no group tresury') },
  ]);
  const warned = async (demand: string) =>
    (await kms.run('daemon', '--run-once', '--testnet', '--needs', demand)).stderr;
  expect(await warned('2 of treasury')).not.toContain('needs-unmet');
  expect(await warned('1 of board')).toMatch(/"event":"needs-unmet".*no transaction can get the approvals/);
  expect(await warned('1 of board')).toContain('1 of board: no person of the group can approve');
});

it('a transaction waits for two persons, one at the store and one away from it, and is then sent', async () => {
  const id = 'two-persons';
  expect((await round(id)).code).toBe(1);
  expect(await kms.story(id)).toMatchObject({
    state: 'held',
    error: {
      code: 'JUDGE_UNDECIDED',
      message: expect.stringContaining('2 of treasury: no approval yet, bea, bob, ben can'),
    },
  });
  const listed = JSON.parse(await good(here('approvals', 'list', '--json')));
  expect(listed).toMatchObject({
    id,
    approvals: 'missing',
    missing: [{ demand: '2 of treasury', open: ['bea', 'bob', 'ben'] }],
  });

  const story = await good(here('transaction', 'show', id, '--needs', '1 of treasury', '--chain-id', 'ETH=31337'));
  expect(JSON.parse(story)).toMatchObject({ approvals: { missing: [{ demand: '1 of treasury' }] } });

  const request = put('request.json', await good(here('approval', 'request', id)));
  const decided = await elsewhere('approve', '--request', request, '--key', file('bea.key'), '--yes');
  expect(decided.stderr).toContain(`to ${receiver}`);
  expect(decided.stderr).toContain('Fee now: 0.000021 ETH');
  expect(decided.stderr).toContain('a fee of at most 0.000042 ETH pass, for 60 minutes');
  const answer = put('answer.json', decided.stdout);
  const submitted = await here('approval', 'submit', answer);
  expect(submitted.stderr).toContain('bea approved transaction two-persons.');
  expect(submitted.stderr).toContain('2 of treasury: bea approved, bob, ben can');
  expect((await here('approval', 'submit', answer)).stderr).toContain('APPROVAL_REPLAYED');
  expect((await here('approve', id, '--key', file('ada.key'), '--yes')).stderr).toContain('APPROVAL_REFUSED');
  expect((await round(id)).code).toBe(1);
  expect(isSent(id)).toBe(false);

  await good(here('approve', id, '--key', file('bob.key'), '--yes'));
  expect((await round(id)).code).toBe(0);
  expect(isSent(id)).toBe(true);
  expect((await here('approve', id, '--key', file('ben.key'), '--yes')).stderr).toContain('STATE_CONFLICT');
}, 240_000);

it('one rejection ends a transaction that has all its approvals', async () => {
  const id = 'rejected';
  await round(id);
  for (const name of ['bea', 'bob']) await good(here('approve', id, '--key', file(`${name}.key`), '--yes'));
  await good(here('reject', id, '--key', file('ben.key'), '--yes'));
  expect((await round(id)).code).toBe(1);
  expect(await kms.story(id)).toMatchObject({
    state: 'denied',
    error: { message: expect.stringContaining('rejected by ben') },
  });
  expect(isSent(id)).toBe(false);
}, 240_000);

it('an answer for another transaction, of a stranger or in other words is refused', async () => {
  const id = 'foreign';
  await round(id);
  const request = JSON.parse(await good(here('approval', 'request', id)));
  const sign = (change: object, key = 'bea') =>
    elsewhere(
      'approve',
      '--request',
      put('changed.json', JSON.stringify({ ...request, ...change })),
      '--key',
      file(`${key}.key`),
      '--yes',
    );
  const submit = async (ended: Promise<Ended>) => here('approval', 'submit', put('answer.json', await good(ended)));

  const completed = JSON.parse(request.completed);
  const other = { completed: JSON.stringify({ ...completed, value: '1' }) };
  expect((await submit(sign(other))).stderr).toContain('APPROVAL_CHANGED');
  expect((await submit(sign({ demands: ['1 of treasury'] }))).stderr).toContain('APPROVAL_CHANGED');
  expect((await submit(sign({ policy: { version: 1, hash: `sha256:${'0a'.repeat(32)}` } }))).stderr).toContain(
    'APPROVAL_CHANGED',
  );
  await good(elsewhere('approver', 'key', file('mallory.key')));
  expect((await submit(sign({}, 'mallory'))).stderr).toContain('APPROVAL_SIGNATURE');
  expect((await sign({ signers: [{ address: receiver }] })).stderr).toMatch(/SENDER_MISMATCH|TRANSACTION_INVALID/);
  const answer = JSON.parse(await good(sign({})));
  const lines = { ...answer, text: answer.text.replace('decision: approve', 'decision: reject') };
  expect((await here('approval', 'submit', put('forged.json', JSON.stringify(lines)))).stderr).toContain(
    'APPROVAL_SIGNATURE',
  );
  for (const text of ['', '{}', '[]', '{"custosApproval":1,"text":"x","signature":"y"}']) {
    expect((await here('approval', 'submit', put('bad.json', text))).stderr).toContain('APPROVAL_INVALID');
  }
}, 240_000);

it('nothing is signed without a confirmation, with a wrong password, or for longer than a day', async () => {
  const id = 'careful';
  await round(id);
  const key = file('bea.key');
  expect((await here('approve', id, '--key', key)).stderr).toContain('NO_TERMINAL');
  expect((await here('approve', id, '--key', key, '--yes', '--valid-for', '1441')).stderr).toContain(
    '--valid-for takes at most 1440 minutes',
  );
  expect((await here('approve', '--key', key, '--yes')).stderr).toContain('USAGE');
  expect((await here('approve', id, '--yes')).stderr).toContain('USAGE');
  const env = { CUSTOS_KEY_PASSWORD: 'another password of a key' };
  const request = put('request.json', await good(here('approval', 'request', id)));
  const wrong = await custos(['approve', '--request', request, '--key', key, '--yes'], { home: away, env });
  expect(wrong.stderr).toContain('PASSWORD_WRONG');
  expect(wrong.stderr).toContain('hint: check the password of this key (CUSTOS_KEY_PASSWORD)');
  const without = await custos(['approve', '--request', request, '--key', key, '--yes'], { home: away });
  expect(without.stderr).toContain('hint: set CUSTOS_KEY_PASSWORD, or run on a terminal');
  expect((await here('approve', id, '--key', key)).stderr).toMatch(/hint: .* confirm with --yes/);
  put('broken.key', '{}');
  expect((await here('approve', id, '--key', file('broken.key'), '--yes')).stderr).toContain('APPROVER_KEY_INVALID');
  expect((await here('approve', 'unknown', '--key', key, '--yes')).stderr).toContain('PENDING_UNKNOWN');
  // The key is looked at first: nothing is shown to somebody who may not decide.
  const early = await here('approve', 'unknown', '--key', file('broken.key'), '--yes');
  expect(early.stderr).toContain('APPROVER_KEY_INVALID');
  const admin = await here('approve', id, '--key', file('ada.key'), '--yes');
  expect(admin.stderr).toContain('APPROVAL_REFUSED');
  expect(admin.stderr).not.toContain('What it does');
}, 240_000);
