import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../src/api/openapi.js';
import { allRoutes } from '../../src/api/server.js';
import { allScopes } from '../../src/core/access/scopes.js';
import { parseTenantId } from '../../src/core/ids.js';
import { keyOf } from '../policy/approvals/people.js';
import { apart, freshApi } from './support.js';

interface Operation {
  readonly operationId: string;
  readonly 'x-scope'?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: object;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: object };
}

const operationsOf = ({ paths }: Document) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  );

describe('the OpenAPI document', () => {
  const test = freshApi();
  const read = async () => (await test.ask('GET /v1/openapi.json')).body as unknown as Document;

  it('has exactly the operations that are routed, with their scopes', async () => {
    const routed = allRoutes('1.2.3').map(({ method, path, id, scope }) => [`${method} ${path}`, id, scope]);
    const said = operationsOf(await read()).map(({ name, operation }) => [
      name,
      operation.operationId,
      operation['x-scope'],
    ]);
    expect(said.sort()).toEqual(routed.sort());
    expect(new Set(routed.map(([, id]) => id)).size).toBe(routed.length);
    expect(await read()).toEqual(JSON.parse(JSON.stringify(openApiDocument(allRoutes('1.2.3'), '1.2.3'))));
  });

  it('refers only to forms that it has', async () => {
    const document = await read();
    const named = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
    expect(named.filter((name) => !Object.hasOwn(document.components.schemas, name ?? ''))).toEqual([]);
    expect(JSON.stringify(document)).not.toContain('#/$defs/');
  });

  it('has no operation that answers without a token what needs one', async () => {
    for (const { name, operation } of operationsOf(await read())) {
      const path = name.replace(/\{\w+\}/g, 'x');
      const { status } = await test.ask(path);
      expect([name, status === 401]).toEqual([name, operation['x-scope'] !== undefined]);
    }
  });

  it('has no operation that a token without its scope may use', async () => {
    for (const { name, operation } of operationsOf(await read())) {
      const scope = allScopes.find((one) => one === operation['x-scope']);
      if (scope === undefined) continue;
      const others = allScopes.filter((one) => one !== scope && !apart.includes(one));
      const { status, body } = await test.ask(name.replace(/\{\w+\}/g, 'x'), {
        token: await test.token({ scopes: others }),
      });
      expect([name, status, body['code']]).toEqual([name, 403, 'SCOPE_MISSING']);
    }
  });

  it('has no operation by which another tenant learns of a wallet or transaction', async () => {
    const shop = parseTenantId('shop');
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const { signatureId } = await test.wallet();
    const body = {
      kind: 'raw',
      chain: 'ETH',
      keys: [{ wallet: signatureId }],
      unsigned: JSON.stringify({ to: `0x${'22'.repeat(20)}` }),
    };
    const headers = { 'idempotency-key': 'walk' };
    const own = await test.ask('POST /v1/transactions', { token: await test.token(), body, headers });
    const message = { kind: 'message', chain: 'ETH', from: { wallet: signatureId }, text: 'x' };
    const signed = await test.ask('POST /v1/signatures', {
      token: await test.token(),
      body: message,
      headers: { 'idempotency-key': 'sign' },
    });
    expect([own.status, signed.status]).toEqual([202, 202]);
    const token = await test.token({ tenant: shop });
    const scope = `wallet ${signatureId}`;
    const frozen = await test.ask('POST /v1/freezes', { token: await test.token(), body: { scope, reason: 'x' } });
    const deciding = await test.token({ tenant: shop, scopes: ['approvals:decide', 'freezes:end'] });
    const absentWallet = '00000000-0000-4000-8000-000000000000';
    const ownToken = (await test.token()).split('_')[1] ?? '';
    const withIds = operationsOf(await read()).filter(({ name }) => name.includes('/{id}'));
    expect(withIds.length).toBeGreaterThan(4);
    for (const { name } of withIds) {
      const known: readonly (readonly [string, string, string])[] = [
        ['/wallets/', signatureId, absentWallet],
        ['/tokens/', ownToken, '0'.repeat(16)],
        ['/signatures/', String(signed.body['id']), '0'.repeat(24)],
        ['/approvals/', String(own.body['id']), '0'.repeat(24)],
        ['/freezes/', String(frozen.body['id']), '0'.repeat(32)],
        ['/transactions/', String(own.body['id']), '0'.repeat(24)],
      ];
      const [, foreign = '', absent = ''] = known.find(([part]) => name.includes(part)) ?? [];
      const end = { custosUnfreeze: 1, freeze: 'x', key: 'x', signature: 'x' };
      const bodies: Readonly<Record<string, object>> = {
        decisions: { custosApproval: 1, text: 'x', signature: 'x' },
        end: { signatures: [end] },
      };
      const last = name.split('/').at(-1) ?? '';
      const decision = name.startsWith('GET ') ? undefined : bodies[last];
      const isDeciding = decision !== undefined || last === 'lines';
      const asked = { token: isDeciding ? deciding : token, ...(decision && { body: decision }) };
      const chosen = name.includes('/approvals/') ? '&decision=approve' : '';
      const query = last === 'lines' ? `?key=${keyOf('bea').text}${chosen}` : '';
      const [one, other] = [
        await test.ask(`${name.replace('{id}', foreign)}${query}`, asked),
        await test.ask(`${name.replace('{id}', absent)}${query}`, asked),
      ];
      const comparable = (said: typeof one, id: string) => [
        said.status,
        JSON.stringify({ ...said.body, instance: '' }).replaceAll(id, 'ID'),
      ];
      expect([name, ...comparable(one, foreign)]).toEqual([name, ...comparable(other, absent)]);
      expect(one.status).toBe(404);
    }
  });

  it('has no operation that fails, whatever is sent', async () => {
    // A stream is open as long as its reader is.
    const operations = operationsOf(await read()).filter(({ operation }) => operation.operationId !== 'streamEvents');
    const token = await test.token();
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('', '0', '-1', '1e9', 'null', '__proto__', '%00', '../..', '\u{1f600}'),
    );
    const json = fc.oneof(fc.jsonValue(), bodies());
    const request = fc.record({
      operation: fc.constantFrom(...operations),
      id: text,
      query: fc.dictionary(fc.constantFrom('limit', 'after', 'chain', 'state', 'owner', 'dryRun', 'x'), text, {
        maxKeys: 3,
      }),
      body: json,
      key: fc.constantFrom('a', 'b', '"c"', ''),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ operation: { name, operation }, id, query, body, key }) => {
        const path = name.replace(/\{\w+\}/g, encodeURIComponent(id) || 'x');
        const search = new URLSearchParams(query).toString();
        const hasBody = operation.requestBody !== undefined;
        const asked = { token, headers: { 'idempotency-key': key }, ...(hasBody && { body }) };
        const { status } = await test.ask(`${path}${search === '' ? '' : `?${search}`}`, asked);
        return status < 500 || status === 501 || status === 503;
      }),
      { numRuns: 400 },
    );
  });
});

/** Bodies that come near a transaction. */
function bodies(): fc.Arbitrary<unknown> {
  const wallet = fc.constantFrom('00000000-0000-4000-8000-000000000000', 'x', 5, null);
  const value = fc.oneof(fc.constantFrom('1', '0.1', '1e3', '-1', '0x', '0x00', 'ETH', 'BTC', 'NOPE'), fc.jsonValue());
  return fc.record(
    {
      kind: fc.constantFrom('raw', 'call', 'deploy', 'transfer', 'x'),
      chain: value,
      from: fc.record({ wallet, index: value }, { requiredKeys: ['wallet'] }),
      keys: fc.array(fc.record({ wallet }), { maxLength: 2 }),
      to: value,
      amount: value,
      data: value,
      unsigned: value,
    },
    { requiredKeys: ['kind'] },
  );
}
