import type { Socket } from 'node:net';
import { parseBody } from '../../http/json.js';
import { answerBody, type Session } from './answering.js';
import { bodyRefusedAs, refused } from './refusal.js';
import { JsonStream } from './stream.js';

/** Messages of one connection that are answered at the same time; more are read later. */
const MOST = 100;

/**
 * Answers the calls that come through a socket, each with a line. A connection that sends something else is told so, and closed.
 * @param session - its signal is replaced by the connection's end
 */
export function answerSocket(socket: Socket, session: Omit<Session, 'signal'>): void {
  const stream = new JsonStream();
  const gone = new AbortController();
  let running = 0;
  socket.setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  socket.on('close', () => gone.abort());
  const write = (body: unknown) => socket.writable && socket.write(`${JSON.stringify(body)}\n`);
  const answer = async (text: string) => {
    running += 1;
    if (running >= MOST) socket.pause();
    const { body } = await answerBody({ ...session, signal: gone.signal }, async () => parseBody(text));
    write(body);
    running -= 1;
    if (running < MOST) socket.resume();
  };
  socket.on('data', (part: string) => {
    try {
      for (const text of stream.push(part)) void answer(text);
    } catch (thrown) {
      const { error } = bodyRefusedAs(thrown, session.parts.log);
      write(refused(null, error));
      socket.destroySoon();
    }
  });
}
