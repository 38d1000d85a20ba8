import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createRegistry } from '../../../src/chains/registry.js';
import { createNodes } from '../../../src/cloud/nodes.js';
import type { Chain } from '../../../src/core/chain/chain.js';
import { systemClock } from '../../../src/core/clock.js';
import { CustosError } from '../../../src/core/errors.js';
import { parseChainId } from '../../../src/core/ids.js';
import { Secret } from '../../../src/core/secret.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import { startGateway } from '../../../src/gateway/server.js';
import { openQueue } from '../../../src/storage/queue/queue.js';
import type { TestKey } from '../../support/test-key.js';
import { type Answer, apiKey, client, optionsFor, signatureId } from '../running.js';

/** A question to a node, as it arrived. */
export interface Question {
  /** With the query. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** The body where it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: the ledgers read the fields they expect
  readonly body: any;
}

/** What stands behind a node: it answers questions, and throws what it refuses. */
export type Ledger = (question: Question) => unknown;

/** A gateway in front of one ledger, and a daemon behind it. */
export interface Carrying {
  readonly ask: ReturnType<typeof client>;
  put(path: string, body: unknown): Promise<Answer>;
  /** The text that is queued for an answer. */
  queued(answer: Answer): Promise<string>;
  /** Carries all that waits to the ledger, as a daemon does: fetch, complete, decode, sign, send. @returns the ids */
  carry(...keys: readonly TestKey[]): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** A node on loopback in front of a ledger. */
export async function startLedgerNode(ledger: Ledger): Promise<{ readonly url: string; close(): void }> {
  const node = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(Buffer.from(part));
    const bytes = Buffer.concat(parts);
    try {
      const isJson = request.headers['content-type'] === 'application/json' && bytes.length > 0;
      const body: unknown = isJson ? JSON.parse(bytes.toString()) : undefined;
      answer(response, 200, await ledger({ path: request.url ?? '', bytes, body }));
    } catch (error) {
      answer(response, 400, { message: error instanceof Error ? error.message : String(error) });
    }
  });
  node.listen(0, '127.0.0.1');
  await once(node, 'listening');
  const close = () => {
    node.closeAllConnections();
    node.close();
  };
  return { url: `http://127.0.0.1:${(node.address() as AddressInfo).port}`, close };
}

/** @param url - of a node that answers by itself, instead of the ledger */
export async function startCarrying(id: string, ledger: Ledger, url?: string): Promise<Carrying> {
  const directory = await mkdtemp(join(tmpdir(), 'custos-chain-'));
  const node = await startLedgerNode(ledger);
  const queue = await openQueue(join(directory, 'queue.db'));
  const options = optionsFor(url ?? node.url, queue);
  const gateway = await startGateway({ ...options, rules: new Map(), port: 0 });
  const ask = client(gateway.url);
  const chain = createRegistry().get(id);
  const nodes = createNodes({
    ...{ baseUrl: gateway.url, apiKey: Secret.text(apiKey), version: '1.0.0', clock: systemClock },
    ...{ network: 'testnet', ownNodes: new Map(), isGateway: () => true },
  });
  const numbers = new Set<bigint>();
  const forms = new Set<string>();
  return {
    ask,
    async put(path, body) {
      const headers = { 'x-api-key': apiKey, 'content-type': 'application/json' };
      const response = await fetch(gateway.url + path, { method: 'PUT', headers, body: JSON.stringify(body) });
      return { status: response.status, body: await response.json() };
    },
    queued: async (given) => {
      expect(given, JSON.stringify(given.body)).toMatchObject({ status: 200 });
      return String((await ask.get(`/v3/kms/${given.body.signatureId}`)).body.serializedTransaction);
    },
    async carry(...keys) {
      const polled = await ask.post(`/v3/kms/pending/${id}`, { signatureIds: [signatureId] });
      const sent: string[] = [];
      for (const one of polled.body as unknown[]) {
        const pending = parsePending(one, parseChainId(id), 'testnet');
        const [first] = keys;
        if (first === undefined) throw new Error('a daemon has a key');
        const place = { network: 'testnet', from: first.address, signers: keys } as const;
        const completed = await chain.node.complete(pending, {
          ...place,
          node: nodes.client(chain),
          isTaken: (form) => forms.has(form),
          async nextNonce(latest) {
            let number = latest;
            while (numbers.has(number)) number += 1n;
            numbers.add(number);
            return number;
          },
        });
        forms.add(completed);
        const signed = await chain.codec.parse(completed, place).sign(keys);
        sent.push(await send(chain, { ...signed, completed, sender: first.address }, pending.id));
      }
      return sent;
    },
    async close() {
      await gateway.close();
      await queue.close();
      node.close();
      await rm(directory, { recursive: true, force: true });
    },
  };

  async function send(of: Chain, signed: Parameters<typeof of.node.broadcast>[0], pendingId: string) {
    const isSent = of.node.sendsByNode === true;
    const txId = isSent ? (await nodes.broadcast(of, signed)).txId : signed.txId;
    const txData = isSent ? txId : signed.raw;
    const told = await ask.post(`/v3/${of.slug}/broadcast`, { txData, signatureId: pendingId });
    expect(told).toEqual({ status: 200, body: { txId } });
    return txId;
  }
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** What a node refuses. */
export function refused(text: string): CustosError {
  return new CustosError('NODE_REFUSED', text);
}

/** Every form asks for its members: one that is missing, null or of another type is named in the refusal. */
export async function expectStrict(
  { ask }: Pick<Carrying, 'ask'>,
  path: string,
  { form, members }: { readonly form: Readonly<Record<string, unknown>>; readonly members: readonly string[] },
): Promise<void> {
  for (const member of members) {
    for (const value of [undefined, null, { a: 1 }, true]) {
      const given = await ask.post(path, { ...form, [member]: value });
      expect(given.status, `${member} ${JSON.stringify(value)}`).toBe(400);
      expect(given.body.errorCode).toBe('validation.failed');
      const named = given.body.data.map(({ property }: { property: string }) => property);
      expect(named.join(), member).toContain(member);
    }
  }
}
