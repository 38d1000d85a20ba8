import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noBrowser, openBrowser, type Visitor } from '../console/browser.js';
import { freshApi } from './support.js';

const OWNER = 'u-17';

/** What docs/users.md tells an application to do in its page: to keep a passkey, and to log in with it. */
const [keep = '', logIn = ''] = [
  ...(/```js\n(const made[\s\S]*?)\n\n(const answer[\s\S]*?)```/
    .exec(readFileSync(new URL('../../docs/users.md', import.meta.url), 'utf8'))
    ?.slice(1) ?? []),
];

describe.skipIf(noBrowser())('a user with a passkey in a real browser', () => {
  const test = freshApi();
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let shop: Server;
  let visitor: Visitor;
  let [managing, paying]: [string, string] = ['', ''];

  /** The application: its page, and its server, which passes on what the page asks with the token that this takes. */
  const startShop = async () => {
    shop = createServer(async (question, answer) => {
      const path = question.url ?? '';
      if (question.method === 'GET') {
        answer.setHeader('content-type', 'text/html').end('<!doctype html><title>shop</title>');
        return;
      }
      let text = '';
      for await (const part of question) text += part;
      const token = path.startsWith('/passkeys') ? managing : paying;
      const sent = text === '' ? { token } : { token, body: text };
      const { status, body } = await test.ask(`POST /v1/users/${OWNER}${path}`, sent);
      answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await once(shop.listen(0, '127.0.0.1'), 'listening');
    return `http://localhost:${(shop.address() as AddressInfo).port}`;
  };

  /** Runs what the document says in the page. */
  const inPage = (page: Page, code: string, result: string): Promise<unknown> =>
    page.evaluate(`(async () => {
      const ask = async (path, body) => (await fetch(path, {
        method: 'POST', ...(body && { body: JSON.stringify(body) }),
      })).json();
      ${code}
      return ${result};
    })()`);

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
  });
  beforeEach(async () => {
    managing = await test.token({ scopes: ['users:manage'] });
    paying = await test.token();
    const origin = await startShop();
    test.relyingParty = { rpId: 'localhost', origins: [origin] };
    visitor = await browser.visit();
    await visitor.page.goto(origin);
    return async () => {
      await visitor.close();
      shop.closeAllConnections();
      shop.close();
    };
  });

  const sign = (signatureId: string, proof: string | undefined, key: string) =>
    test.ask('POST /v1/signatures', {
      token: paying,
      body: { kind: 'message', chain: 'ETH', from: { wallet: signatureId }, text: 'I was here' },
      headers: { 'idempotency-key': key, ...(proof !== undefined && { 'custos-user-token': proof }) },
    });

  it('keeps it and logs in as the document says, and then signs with a wallet that requires its owner', async () => {
    const { signatureId } = await test.wallet('ETH', undefined, { owner: OWNER, requireUserToken: true });
    await inPage(visitor.page, keep, 'made.id');
    const session = String(await inPage(visitor.page, logIn, 'session'));
    expect(session).toMatch(/^custos-user_[\w-]{43}$/);
    expect((await sign(signatureId, undefined, 'alone')).body['code']).toBe('USER_TOKEN_REQUIRED');
    expect(
      (
        await sign(
          signatureId,
          session.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
          'wrong',
        )
      ).status,
    ).toBe(401);
    const { status, body } = await sign(signatureId, session, 'proven');
    expect(status).toBe(202);
    await test.signAll();
    const done = await test.ask(`GET /v1/signatures/${String(body['id'])}`, { token: paying });
    expect(done.body).toMatchObject({ state: 'completed', signature: expect.stringMatching(/^0x[0-9a-f]{130}$/) });
    const others = await test.wallet('ETH', undefined, { owner: 'u-18', requireUserToken: true });
    expect((await sign(others.signatureId, session, 'foreign')).status).toBe(404);
  });

  it('is not logged in by a page that the operator did not name, nor without the passkey', async () => {
    await inPage(visitor.page, keep, 'made.id');
    const { port } = new URL(visitor.page.url());
    test.relyingParty = { rpId: 'localhost', origins: ['https://localhost'] };
    expect(await inPage(visitor.page, logIn, '[session]')).toEqual([undefined]);
    test.relyingParty = { rpId: 'localhost', origins: [`http://localhost:${port}`] };
    expect(await inPage(visitor.page, logIn, 'typeof session')).toBe('string');
    const stranger = await browser.visit();
    await stranger.page.goto(visitor.page.url());
    // The browser of somebody else has nothing to answer with.
    await expect(inPage(stranger.page, logIn, 'session')).rejects.toThrow(/NotAllowedError|not allowed/);
    await stranger.close();
  });
});
