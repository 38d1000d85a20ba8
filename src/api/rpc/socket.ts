import type { Socket } from 'node:net';
import { parseBody } from '../../http/json.js';
import { answerBody, type Session } from './answering.js';
import { bodyRefusedAs, refused } from './refusal.js';
import { JsonStream } from './stream.js';

/** Messages of one connection that are answered at the same time; more are read later. */
const MOST = 100;

/** A connection whose calls are answered. */
export interface AnsweredSocket {
  /** Takes no new calls, and ends the connection when those that were taken are answered. */
  drain(): void;
}

/**
 * Answers the calls that come through a socket, each with a line. A connection that sends something else is told so, and closed.
 * @param session - its signal is replaced by the connection's end
 */
export function answerSocket(socket: Socket, session: Omit<Session, 'signal'>): AnsweredSocket {
  const stream = new JsonStream();
  const gone = new AbortController();
  /** Calls that were read and not begun. */
  const line: string[] = [];
  let running = 0;
  let isDraining = false;
  const isFull = () => running >= MOST || socket.writableNeedDrain;
  const next = () => {
    while (!isFull()) {
      const text = line.shift();
      if (text === undefined) break;
      void answer(text);
    }
    // Whoever reads no answers is not read, so that answers fill no memory.
    if (isFull()) socket.pause();
    else socket.resume();
    if (isDraining && running === 0 && line.length === 0) socket.destroySoon();
  };
  const write = (body: unknown) => socket.writable && socket.write(`${JSON.stringify(body)}\n`);
  const answer = async (text: string) => {
    running += 1;
    const { body } = await answerBody({ ...session, signal: gone.signal }, async () => parseBody(text));
    write(body);
    running -= 1;
    next();
  };
  const drain = () => {
    isDraining = true;
    next();
  };
  socket.setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    gone.abort();
    line.length = 0;
  });
  socket.on('drain', next);
  socket.on('data', (part: string) => {
    if (isDraining) return;
    try {
      line.push(...stream.push(part));
      next();
    } catch (thrown) {
      const { error } = bodyRefusedAs(thrown, session.parts.log);
      write(refused(null, error));
      // What else was on its way is not read as a call.
      drain();
    }
  });
  return { drain };
}
