import { hash } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Checkpoints } from '../../src/app/audit/checkpoints.js';
import { exportLines } from '../../src/app/audit/export.js';
import { growthOf, proveEvent } from '../../src/app/audit/proof.js';
import type { JsonObject } from '../../src/core/json.js';
import type { Store } from '../../src/core/store/store.js';
import { createStore } from '../../src/storage/open-store.js';
import { auditKeyLine, auditSeedOf, checkpointSigner } from '../../src/vault/audit-key.js';
import { journalKeyOf } from '../../src/vault/journal-key.js';
import { anySlot, freshLocation, storeId } from '../storage/support.js';
import { noBrowser, openBrowser, type Visitor } from './browser.js';
import { openScene } from './scene/server.js';

const rootKey = new Uint8Array(32).fill(5);
const keyOf = (root: Uint8Array) => auditKeyLine(auditSeedOf(root, storeId), storeId);
const key = keyOf(rootKey);

function commitmentOf({ salt, detail }: JsonObject): string {
  return hash(
    'sha256',
    Buffer.concat([Buffer.from(String(salt), 'base64'), Buffer.from(JSON.stringify(detail))]),
    'base64',
  );
}

describe.skipIf(noBrowser())('the audit log in the browser', () => {
  const location = freshLocation();
  let scene: Awaited<ReturnType<typeof openScene>>;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let store: Store;
  let visitor: Visitor;
  let page: Page;
  /** The lines of a sound export. */
  let lines: string[];

  beforeAll(async () => {
    [scene, browser] = await Promise.all([openScene(), openBrowser()]);
    visitor = await browser.visit();
    page = visitor.page;
  });
  afterAll(async () => {
    await browser.close();
    await scene.close();
  });
  beforeEach(async () => {
    store = await createStore(location(), { storeId, slots: [anySlot()] });
    await store.unlockJournal({ key: journalKeyOf(rootKey, storeId), mayAdopt: false });
    await record(7);
    await record(6);
    lines = await exported();
    scene.replies.clear();
    await page.goto(`${scene.url}/console/audit`);
    await page.evaluate('localStorage.clear()');
    await page.reload();
    return () => store.close();
  });

  /** Records events, and signs them as a daemon does. */
  async function record(count: number): Promise<void> {
    const detail = (n: number) => ({ file: `${n} <b>ü\u202e`, events: n });
    await store.audit.add(Array.from({ length: count }, (_, n) => ({ code: 'audit.exported', detail: detail(n) })));
    const signer = checkpointSigner(storeId, [auditSeedOf(rootKey, storeId)]);
    await new Checkpoints(store.audit, signer.sign, Date.now).signAll();
    signer.wipe();
  }
  async function exported(): Promise<string[]> {
    const all: string[] = [];
    for await (const line of exportLines({ audit: store.audit, storeId, key }, await store.audit.newest()))
      all.push(line);
    return all;
  }
  const serve = (text: readonly string[]) => scene.replies.set('/v1/audit/export', () => `${text.join('\n')}\n`);
  /** Another export: each line as an object, or left out. */
  const altered = (alter: (value: JsonObject, at: number) => JsonObject | undefined) =>
    lines.flatMap((line, at) => {
      const value = alter(JSON.parse(line) as JsonObject, at);
      return value === undefined ? [] : [JSON.stringify(value)];
    });
  const giveKey = async (text = key) => {
    await page.getByLabel('Key of the log').fill(text);
    await page.getByLabel('Key of the log').press('Tab');
  };
  const verify = () => page.getByRole('button', { name: 'Verify the whole log' }).click();
  const broken = () => page.locator('.refusal', { hasText: 'The log is broken' }).locator('li').first().textContent();
  const isPlaceOf = (place: number) => (value: JsonObject) => value['place'] === place;

  it('is whole where it is whole, with the key and, as far as hashes go, without it', async () => {
    serve(lines);
    await verify();
    await page.getByText(/\d+ events fit each other\. No signature was checked/).waitFor();
    await giveKey();
    await verify();
    await page.getByText(/\d+ events are whole, and the key signed them/).waitFor();
    expect(visitor.faults).toEqual([]);
  });

  it('is broken at the event that was changed, and says so in its row', async () => {
    const isIt = isPlaceOf(4);
    serve(
      altered((value) => (isIt(value) ? { ...value, detail: { ...(value['detail'] as object), events: 99 } } : value)),
    );
    const row = { id: 'main:4', at: '2026-11-29T14:00:00.000Z', event: 'audit.exported', hash: '', detail: {} };
    scene.replies.set('/v1/audit', () => ({ data: [row] }));
    await page.reload();
    await giveKey();
    await verify();
    expect(await broken()).toBe('main/4 was changed');
    await page.locator('tr', { hasText: 'audit.exported' }).getByText('was changed').waitFor();
  });

  it.each<[string, (value: JsonObject, at: number) => JsonObject | undefined, RegExp]>([
    ['an event is missing', (value) => (value['place'] === 4 ? undefined : value), /^main\/4 is not in its place/],
    [
      'an event has another detail beside its true commitment',
      (value) => (value['place'] === 2 ? { ...value, commitment: commitmentOf(value), detail: { events: 99 } } : value),
      /^main\/2 was changed/,
    ],
    [
      'an event has another time',
      (value) => (value['place'] === 2 ? { ...value, at: 5 } : value),
      /^main\/2 was changed/,
    ],
    ['the end is missing', (value) => ('end' in value ? undefined : value), /^end is missing/],
    [
      'a checkpoint was taken out, and the one behind it names it',
      (value, at) => ('checkpoint' in value && at < 12 ? undefined : value),
      /has a checkpoint that does not follow/,
    ],
    [
      'a signature was changed',
      (value) => {
        const note = value['checkpoint'];
        return typeof note === 'string'
          ? {
              ...value,
              checkpoint: note.replace(/(.{20})(.)(.{8}=*\n)$/, (_, a, b, c) => `${a}${b === 'A' ? 'B' : 'A'}${c}`),
            }
          : value;
      },
      /is not signed by the key/,
    ],
  ])('is broken where %s', async (_, alter, said) => {
    serve(altered(alter));
    await giveKey();
    await verify();
    expect(await broken()).toMatch(said);
  });

  it('is not what another key signed, and no text that is no key is taken', async () => {
    serve(lines);
    await giveKey(key.replace(/.$/, (last) => (last === 'x' ? 'y' : 'x')));
    await page.getByText('It is no key line.').waitFor();
    await giveKey(keyOf(new Uint8Array(32).fill(6)));
    await verify();
    expect(await broken()).toMatch(/is not signed by the key/);
  });

  it('is held to what it was the last time: it grows, and is neither cut off nor written again', async () => {
    serve(lines);
    await giveKey();
    await verify();
    await page.getByText(/events are whole/).waitFor();
    await page.reload();
    await record(3);
    const size = Number((await store.audit.newest())[0]?.size);
    scene.replies.set('/v1/audit/growth', ({ searchParams }) => growth.get(Number(searchParams.get('size'))));
    const growth = new Map<number, JsonObject>();
    for (let from = 1; from <= size; from += 1)
      growth.set(from, await growthOf(store.audit, storeId, { writer: 'main', size: from }));
    await page.getByRole('button', { name: 'Check growth' }).click();
    await page.getByText(new RegExp(`main: from \\d+ to ${size} events`)).waitFor();
    // An older export is sound in itself, and too short now.
    await verify();
    expect(await broken()).toBe(`main/${size - 1} is missing: the log was cut off`);
    const other = { ...growth.get(size), proof: [], checkpoint: String(JSON.parse(lines.at(-2) ?? '')['checkpoint']) };
    scene.replies.set('/v1/audit/growth', () => other);
    await page.getByRole('button', { name: 'Check growth' }).click();
    expect(await broken()).toBe('main was other when it was verified here before');
  });

  it('proves single events as they are shown, and none that says something else or is another one', async () => {
    const proofs = await Promise.all([2, 3, 4, 5].map((place) => proveEvent(store.audit, storeId, `main/${place}`)));
    const rows = proofs.map((proof) => {
      const { place, at, code, detail } = proof['event'] as JsonObject;
      return { id: `main:${place}`, at: new Date(Number(at)).toISOString(), event: code, hash: '', detail };
    });
    const [sound, changed, shown] = proofs;
    const another = { file: 'x', events: 1 };
    const answers = new Map([
      ['main/2', sound],
      ['main/3', { ...changed, event: { ...(changed?.['event'] as JsonObject), detail: another } }],
      ['main/4', shown],
      ['main/5', shown],
    ]);
    const data = rows.map((row) => (row.id === 'main:4' ? { ...row, detail: another } : row));
    scene.replies.set('/v1/audit', () => ({ data }));
    scene.replies.set('/v1/audit/proof', ({ searchParams }) => answers.get(searchParams.get('event') ?? ''));
    await page.reload();
    await giveKey();
    const rowOf = (at: number) => page.locator('tbody tr').nth(at);
    for (const at of data.keys()) await rowOf(at).getByRole('button', { name: 'Prove' }).click();
    await rowOf(0).getByText('proved').waitFor();
    for (const at of [1, 2, 3]) await rowOf(at).getByText('was changed').waitFor();
    expect(visitor.faults).toEqual([]);
  });

  it('is exported as the server gives it', async () => {
    serve(lines);
    await giveKey();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export the whole log' }).click(),
    ]);
    const stream = await download.createReadStream();
    let text = '';
    for await (const part of stream) text += String(part);
    expect(text).toBe(`${lines.join('\n')}\n`);
  });
});
