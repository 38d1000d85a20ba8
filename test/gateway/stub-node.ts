import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A JSON-RPC node whose answers a test sets; an `Error` is the node's refusal. */
export interface StubNode {
  readonly url: string;
  /** Methods asked, in order, with their parameters. */
  readonly asked: { readonly method: string; readonly params: readonly unknown[] }[];
  /** The header `authorization` of the last question. */
  authorization(): string | undefined;
  answers: Record<string, unknown>;
  close(): Promise<void>;
}

interface Call {
  readonly id: unknown;
  readonly method: string;
  readonly params: unknown[];
}

export async function startStubNode(answers: Record<string, unknown> = {}): Promise<StubNode> {
  let authorization: string | undefined;
  const asked: StubNode['asked'] = [];
  const answerTo = ({ id, method, params }: Call) => {
    asked.push({ method, params });
    const known = node.answers[method];
    const result: unknown = typeof known === 'function' ? known(...params) : known;
    const unknown = known === undefined ? new Error('Method not found') : result;
    const error = unknown instanceof Error ? { code: -32601, message: unknown.message } : null;
    return { id, result: error ? null : result, error };
  };
  const server = createServer(async (request, response) => {
    authorization = request.headers.authorization;
    const parts: Uint8Array[] = [];
    for await (const part of request) parts.push(part as Uint8Array);
    const body = JSON.parse(Buffer.concat(parts).toString()) as Call | Call[];
    const answer = Array.isArray(body) ? body.map(answerTo) : answerTo(body);
    response.setHeader('content-type', 'application/json');
    response.statusCode = 'error' in answer && answer.error ? 500 : 200;
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const node: StubNode = {
    url: `http://user:p%40ss@127.0.0.1:${port}`,
    asked,
    authorization: () => authorization,
    answers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return node;
}
