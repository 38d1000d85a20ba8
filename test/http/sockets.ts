import { connect, type Socket } from 'node:net';

/** A client that writes the bytes of its requests itself. */
export interface RawClient {
  readonly socket: Socket;
  send(text: string): void;
  /** Everything that was received, once the server has ended the connection. */
  readonly ended: Promise<string>;
  /** Resolves with what was received so far as soon as it matches. */
  received(wanted: RegExp): Promise<string>;
}

/** Connects to a server on loopback. */
export async function openRaw(url: string): Promise<RawClient> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (part: string) => {
    text += part;
  });
  // A connection that is cut may end in ECONNRESET: the server did not read what had been sent.
  socket.on('error', () => undefined);
  const next = (event: string) => new Promise<void>((resolve) => void socket.once(event, () => resolve()));
  const ended = next('close').then(() => text);
  await next('connect');
  return {
    socket,
    ended,
    send: (part) => void socket.write(part),
    async received(wanted) {
      while (!wanted.test(text)) {
        if (socket.destroyed) throw new Error(`the connection ended after ${JSON.stringify(text)}`);
        await Promise.race([next('data'), ended]);
      }
      return text;
    },
  };
}

/** Sends bytes on a connection of their own. @returns everything that is received until the server ends the connection */
export async function sendRaw(url: string, text: string): Promise<string> {
  const client = await openRaw(url);
  client.send(text);
  return client.ended;
}

/** Connections that send only `text` and then nothing more. */
export async function openMany(url: string, count: number, text = ''): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  for (let at = 0; at < count; at++) {
    const client = await openRaw(url);
    if (text !== '') client.send(text);
    clients.push(client);
  }
  return clients;
}

/** How many connections the server has ended. */
export function countEnded(clients: readonly RawClient[]): number {
  return clients.filter(({ socket }) => socket.destroyed || socket.readableEnded).length;
}

/** Status and JSON body of the one answer in a text. */
export function parseAnswer(text: string): { status: number; body: Record<string, unknown>; head: string } {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  return { status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]), body: body === '' ? {} : JSON.parse(body), head };
}
