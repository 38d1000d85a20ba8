import type { Chain } from '../../core/chain/chain.js';
import type { EndSignal } from '../../core/end-signal.js';
import { CustosError } from '../../core/errors.js';
import { inParallel } from '../../core/parallel.js';
import type { Caller } from '../caller.js';
import { type RpcCall, readEnvelope } from './envelope.js';
import type { CallContext } from './method.js';
import { callMethod } from './methods.js';
import type { RpcParts } from './parts.js';
import { answered, bodyRefusedAs, type Refused, type RpcAnswer, refused, refusedAs } from './refusal.js';

/** Who sends calls, and for what. */
export interface Session {
  readonly parts: RpcParts;
  /** Verifies the token again for each call, so that each counts for its rate. @throws CustosError TOKEN_*, RATE_LIMITED */
  authenticate(): Promise<Caller>;
  /** @throws CustosError CHAIN_UNKNOWN, METHOD_NOT_OFFERED */
  chain(): Chain;
  readonly signal: EndSignal;
  /** Of a request with one call. @throws CustosError IDEMPOTENCY_KEY_MISSING: it cannot be read */
  idempotency?(body: unknown): CallContext['idempotency'];
}

/** What is answered to a body. */
export interface Answered {
  readonly body: RpcAnswer | readonly RpcAnswer[];
  /** The refusal of a single call, or of the whole body. */
  readonly refused?: Refused;
}

/** Calls of a batch that run at the same time. */
const WIDTH = 100;

/** Answers a body. Never throws. @param read - parses it; what it throws is a body that is no call */
export async function answerBody(session: Session, read: () => Promise<unknown>): Promise<Answered> {
  const { log } = session.parts;
  let caller: Caller;
  try {
    // Before the body is read: whoever has no token sends nothing here.
    caller = await session.authenticate();
  } catch (thrown) {
    return whole(refusedAs(thrown, log));
  }
  try {
    return await answerRead(session, caller, await read());
  } catch (thrown) {
    return whole(bodyRefusedAs(thrown, log));
  }
}

async function answerRead(session: Session, first: Caller, body: unknown): Promise<Answered> {
  const { calls, isBatch } = readEnvelope(body);
  // The first call was paid for with the request, and each of the others counts for the rate of the token.
  const callerOf = async (at: number) => (at === 0 ? first : session.authenticate());
  if (isBatch) {
    // One key cannot stand for several calls, and to ignore it would let a repeated batch pay twice.
    if (session.idempotency !== undefined) {
      throw new CustosError('CALL_INVALID', 'a batch has no Idempotency-Key: send each call by itself');
    }
    const answers = await inParallel(calls, WIDTH, async (call, at) => {
      const { body: one } = await answerCall(session, call, { caller: () => callerOf(at) });
      return one;
    });
    return { body: answers };
  }
  const [call] = calls;
  if (call === undefined) throw new CustosError('CALL_INVALID', 'there is no call');
  const idempotency = session.idempotency?.(body);
  return answerCall(session, call, { caller: () => callerOf(0), ...(idempotency && { idempotency }) });
}

interface Place extends Pick<CallContext, 'idempotency'> {
  caller(): Promise<Caller>;
}

async function answerCall(
  session: Session,
  call: RpcCall,
  { caller, idempotency }: Place,
): Promise<{ readonly body: RpcAnswer; readonly refused?: Refused }> {
  const { parts, signal } = session;
  try {
    if (call.kind === 'malformed') throw call.error;
    const chain = session.chain();
    const context = { parts, caller: await caller(), chain, signal, ...(idempotency && { idempotency }) };
    return { body: answered(call.id, await callMethod(call.method, call.params, context)) };
  } catch (thrown) {
    const refusal = refusedAs(thrown, parts.log);
    return { body: refused(call.id, refusal.error), refused: refusal };
  }
}

function whole(refusal: Refused): Answered {
  return { body: refused(null, refusal.error), refused: refusal };
}
