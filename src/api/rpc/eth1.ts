import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { readTypedJson } from '../../http/body.js';
import { type Caller, requireScope } from '../caller.js';
import { read } from '../validate.js';
import type { ApiEnvironment } from './environment.js';
import { signHash } from './messages.js';
import type { CallContext } from './method.js';
import { walletsOf } from './methods.js';
import type { RpcParts } from './parts.js';

/** What the paths of Web3Signer beside its JSON-RPC need. */
export interface Eth1Options {
  readonly parts: RpcParts;
  authenticate(context: Context<ApiEnvironment>): Promise<Caller>;
}

const signForm = z.object({ data: z.string().regex(/^0x([0-9a-fA-F]{2})+$/, 'must be 0x and hexadecimal digits') });

/** Adds the paths that Web3Signer has beside its JSON-RPC, by its own words. */
export function addEth1Routes(app: Hono<ApiEnvironment>, options: Eth1Options): void {
  app.get('/upcheck', (context) => context.text('OK'));
  app.get('/healthcheck', (context) => context.json({ status: 'UP', checks: [], outcome: 'UP' }));
  // Nothing is loaded, so nothing is loaded again: a new wallet is there at once.
  app.post('/reload', (context) => context.body(null, 202));
  app.get('/api/v1/eth1/publicKeys', async (context) => {
    const call = await callOf(context, options);
    return context.json(await options.parts.words.publicKeys(await walletsOf(call)));
  });
  app.post('/api/v1/eth1/sign/:key', async (context) => {
    const call = await callOf(context, options);
    requireScope(call.caller, 'hashes:sign');
    const { data } = read(signForm, await readTypedJson(context), 'body');
    const { words } = options.parts;
    const address = words.addressOf(context.req.param('key'));
    if (address === undefined) throw new CustosError('WALLET_UNKNOWN', 'there is no such public key');
    return context.text(await signHash(address, words.blindHash(data), call));
  });
}

async function callOf(context: Context<ApiEnvironment>, { parts, authenticate }: Eth1Options): Promise<CallContext> {
  const caller = await authenticate(context);
  const { chain } = parts;
  if (chain === undefined) throw new CustosError('ROUTE_UNKNOWN', 'the server was started without --rpc-chain');
  return { parts, caller, chain, signal: context.req.raw.signal };
}
