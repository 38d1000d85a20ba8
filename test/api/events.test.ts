import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { eventStream } from '../../src/api/event-stream.js';
import { Feeds } from '../../src/api/feeds.js';
import { systemClock } from '../../src/core/clock.js';
import { defaultTenant, parseSignatureId, parseTenantId } from '../../src/core/ids.js';
import { parsePending } from '../../src/core/signing/pending.js';
import { openStore } from '../../src/storage/open-store.js';
import { eth } from '../storage/support.js';
import { freshApi, journalKey } from './support.js';

const walletId = '26d3883e-4e17-48b3-a0ee-09a3e484ac83';
const shop = parseTenantId('shop');

let made = 0;
const newId = () => (++made).toString(16).padStart(24, '0');

interface Heard {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

describe('events by the API', () => {
  const test = freshApi();
  const happen = async (tenant = defaultTenant) => {
    const received = { id: newId(), chain: 'ETH', hashes: [walletId], serializedTransaction: '{"to":"0x1"}' };
    const pending = parsePending(received, eth, 'testnet');
    await test.store.journal.accept({ tenant, source: 'api', kind: 'transaction', delivery: 'broadcast', pending });
    return received.id;
  };
  const list = async (token: string, query = '') => {
    const { status, body } = await test.ask(`GET /v1/events${query}`, { token });
    expect([status, body]).toEqual([200, expect.anything()]);
    const { data, next } = body as unknown as { data: readonly Heard[]; next: string };
    return { data, next, of: data.map((one) => one.data['transaction']) };
  };
  /** Lines of a stream as they come. */
  const follow = (token: string, { path = '/v1/events/stream', last }: { path?: string; last?: string } = {}) => {
    const stop = new AbortController();
    const answer = fetch(`${test.api.url}${path}`, {
      headers: { authorization: `Bearer ${token}`, ...(last !== undefined && { 'last-event-id': last }) },
      signal: stop.signal,
    });
    let text = '';
    const waiting: (() => void)[] = [];
    const end = answer.then(async ({ body }) => {
      const decoder = new TextDecoder();
      for await (const part of body ?? []) {
        text += decoder.decode(part as Uint8Array);
        for (const tell of waiting.splice(0)) tell();
      }
    });
    const ended = end.catch(() => undefined).then(() => text);
    const until = async (pattern: RegExp) => {
      while (!pattern.test(text)) await Promise.race([new Promise<void>((resolve) => waiting.push(resolve)), ended]);
      return text;
    };
    return { answer, until, ended, stop: () => stop.abort() };
  };

  it('a reader with a cursor gets every event of its tenant once, and nothing of another', async () => {
    const token = await test.token();
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const other = await test.token({ tenant: shop });
    const [mine, theirs] = [await happen(), await happen(shop)];
    const first = await list(token, '?limit=1');
    expect(first.of).toEqual([mine]);
    expect(first.data[0]).toEqual({
      id: `evt_${mine}_1`,
      type: 'transaction.accepted',
      timestamp: expect.any(String),
      data: {
        ...{ transaction: mine, state: 'claimed', chain: 'ETH', network: 'testnet', kind: 'transaction' },
        ...{ reference: null, txId: null, error: null },
      },
    });
    expect((await list(other)).of).toEqual([theirs]);
    expect((await list(token, `?transaction=${theirs}`)).of).toEqual([]);
    const more = await happen();
    const second = await list(token, `?after=${first.next}`);
    expect(second.of).toEqual([more]);
    expect((await list(token, `?after=${second.next}`)).of).toEqual([]);
    expect((await list(token, '?types=transaction.signed,transaction.failed')).of).toEqual([]);
  });

  it('a token for some wallets or chains sees the events of those only', async () => {
    await happen();
    const own = await test.token({ wallets: [parseSignatureId(walletId)] });
    const foreign = await test.token({ wallets: [parseSignatureId('00d3883e-4e17-48b3-a0ee-09a3e484ac83')] });
    expect((await list(own)).of).toHaveLength(1);
    expect((await list(foreign)).of).toEqual([]);
  });

  it('a reader that waits is answered as soon as something happens, and at the latest after its seconds', async () => {
    const token = await test.token();
    const { next } = await list(token);
    const waiting = list(token, `?after=${next}&wait=60`);
    const id = await happen();
    expect((await waiting).of).toEqual([id]);
    expect((await list(token, `?after=${next}&types=transaction.signed&wait=0`)).of).toEqual([]);
  });

  it('what another process wrote is found without a word from it', async () => {
    const token = await test.token();
    const { next } = await list(token);
    const waiting = list(token, `?after=${next}&wait=60`);
    const elsewhere = await openStore(test.store.location);
    await elsewhere.unlockJournal(journalKey);
    const received = { id: newId(), chain: 'ETH', hashes: [walletId], serializedTransaction: '{"to":"0x1"}' };
    await elsewhere.journal.claim([parsePending(received, eth, 'testnet')]);
    expect((await waiting).of).toEqual([received.id]);
    await elsewhere.close();
  });

  it('wrong questions are refused with what is wrong', async () => {
    const token = await test.token();
    for (const [query, pointer] of [
      ['?after=!', '/after'],
      [`?after=${Buffer.from('x:1').toString('base64url')}`, '/after'],
      ['?types=nothing', '/types'],
      ['?wait=61', '/wait'],
      ['?wait=-1', '/wait'],
      ['?limit=0', '/limit'],
      ['?transaction=%20', '/transaction'],
      ['?tenant=shop', ''],
    ] as const) {
      const { status, body } = await test.ask(`GET /v1/events${query}`, { token });
      expect([query, status]).toEqual([query, 400]);
      expect(JSON.stringify(body)).toContain(pointer);
    }
    const restored = Buffer.from('0123456789abcdef:1').toString('base64url');
    const gone = await test.ask(`GET /v1/events?after=${restored}`, { token });
    expect([gone.status, gone.body['code']]).toEqual([410, 'EVENTS_GONE']);
    expect((await test.ask('GET /v1/events', { token: await test.token({ scopes: ['wallets:read'] }) })).status).toBe(
      403,
    );
  });

  it('a stream tells what happens, and goes on after a cut where it was', async () => {
    const token = await test.token();
    await happen();
    const first = follow(token);
    expect((await first.answer).headers.get('content-type')).toBe('text/event-stream');
    await first.until(/: events follow/);
    const one = await happen();
    const text = await first.until(new RegExp(`"${one}"`));
    expect(text.match(/^event: (.*)$/m)?.[1]).toBe('transaction.accepted');
    const last = /^id: (.*)$/m.exec(text)?.[1] ?? '';
    first.stop();
    await first.ended;
    const missed = await happen();
    const second = follow(token, { last });
    const again = await second.until(new RegExp(`"${missed}"`));
    expect(again).not.toContain(one);
    second.stop();
    await second.ended;
  });

  it('a stream ends when its token is revoked, and when the server closes', async () => {
    const [token, kept] = [await test.token(), await test.token()];
    const stream = follow(token);
    const other = follow(kept);
    await Promise.all([stream.until(/: events follow/), other.until(/: events follow/)]);
    const id = /^custos_([0-9a-f]{16})/.exec(token)?.[1] ?? '';
    expect((await test.ask(`DELETE /v1/tokens/${id}`, { token: await test.token() })).status).toBe(204);
    const secret = await happen();
    expect(await stream.ended).not.toContain(secret);
    await other.until(new RegExp(secret));
    await test.api.close();
    await other.ended;
  });

  it('a reader that takes nothing is cut, and one that says nothing for long still hears that the stream lives', async () => {
    const feeds = new Feeds(test.store.events, systemClock);
    const parts = {
      ...{ feeds, after: 0, signal: new AbortController().signal, heartbeat: 1, stall: 1 },
      requireRight: async () => {},
      read: async () => ({ events: [], last: 0 }),
      write: () => '',
    };
    let cut = () => {};
    const isCut = new Promise<void>((resolve) => {
      cut = resolve;
    });
    const reader = eventStream({ ...parts, cut }).getReader();
    const texts = [await reader.read(), await reader.read()].map(({ value }) => Buffer.from(value ?? []).toString());
    expect(texts).toEqual([': events follow\n\n', ': still here\n\n']);
    await isCut;
    await reader.cancel();
    feeds.close();
  });

  it('a page is looked up once for all who ask for it, and not kept when many others were asked for', async () => {
    const { events } = test.store;
    const asked: number[] = [];
    const page: typeof events.page = (query) => {
      asked.push(query.after);
      return events.page(query);
    };
    const feeds = new Feeds(
      { number: () => events.number(), onWritten: (tell) => events.onWritten(tell), page },
      systemClock,
    );
    const head = await feeds.head();
    const at = (after: number) => feeds.page({ tenant: defaultTenant, network: 'testnet', after, limit: 1 }, head);
    await Promise.all([at(0), at(0), at(1)]);
    expect(asked).toEqual([0, 1]);
    for (let after = 1; after <= 1000; after++) await at(after);
    await at(0);
    expect(asked.filter((after) => after === 0)).toEqual([0, 0]);
    feeds.close();
  });

  it('a slow reader holds up neither the writer nor other readers', async () => {
    const token = await test.token();
    const { next } = await list(token);
    const slow: Socket = connect(test.api.port, '127.0.0.1');
    slow.pause();
    slow.write(
      `GET /v1/events/stream?after=${next} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
    const quick = follow(token, { path: `/v1/events/stream?after=${next}` });
    const ids: string[] = [];
    for (let at = 0; at < 120; at++) ids.push(await happen());
    const text = await quick.until(new RegExp(ids.at(-1) ?? ''));
    const heard = [...text.matchAll(/"transaction":"(\w+)"/g)].map(([, id]) => id);
    expect(heard).toEqual(ids);
    quick.stop();
    slow.destroy();
    await quick.ended;
  });
});
