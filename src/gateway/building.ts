import type { BuiltTransaction, QueueContext } from '../core/chain/builders/build.js';
import type { Chain } from '../core/chain/chain.js';
import { asCustosError, CustosError } from '../core/errors.js';
import type { QueueView } from '../core/store/queue.js';
import { callerOf, type GatewayRequest } from './caller.js';
import type { GatewayContext } from './context.js';
import { enqueue } from './enqueue.js';

/** Numbers that are looked up at once. */
const CHUNK = 200;
/** Most numbers that are looked at, which is more than a queue of one account has. */
const MOST = 20_000n;
/** How often a transaction is built when other gateways take its numbers at the same time. */
const TRIES = 5;

/** A form of a chain: the chain, and the whole body as received, for the idempotency key. */
export interface ReceivedForm {
  readonly chain: Chain;
  readonly body: unknown;
}

/**
 * Builds a transaction and puts it into the queue, after the earlier ones of its chain. The numbers that `build` takes are
 * its own until it is withdrawn.
 * @throws CustosError as `enqueue`; NOT_OFFERED: the chain has no node
 */
export function queueBuilt(
  gateway: GatewayContext,
  request: GatewayRequest,
  form: ReceivedForm,
  build: (context: QueueContext) => Promise<BuiltTransaction>,
): Promise<Response> {
  return gateway.turns(form.chain.id, async () => {
    for (let attempt = 1; ; attempt++) {
      const taken: string[] = [];
      const context = queueContext(gateway, request, { chain: form.chain, taken });
      const work = async () => {
        const built = await build(context);
        const spends = [...(built.spends ?? []), ...taken];
        return { ...built, ...(spends.length > 0 && { spends }) };
      };
      try {
        return await enqueue(gateway, request, form, work);
      } catch (error) {
        // Another gateway of this queue took the number between the look and the entry.
        const isRace = taken.length > 0 && asCustosError(error).code === 'STATE_CONFLICT';
        if (!isRace || attempt >= TRIES) throw error;
      }
    }
  });
}

function queueContext(
  { network, node, clock }: GatewayContext,
  request: GatewayRequest,
  { chain, taken }: { readonly chain: Chain; readonly taken: string[] },
): QueueContext {
  const { queue } = callerOf(request);
  const spent: QueueContext['spent'] = (outputs) => queue.spent({ chain: chain.id, network, outputs });
  return {
    ...{ network, spent, node: node(chain).client, now: () => clock.now() },
    async nextNumber(account, latest) {
      const number = await firstFree({ spent, account, latest, taken });
      taken.push(placeOf(account, number));
      return number;
    },
  };
}

interface FreeNumber {
  readonly spent: (places: readonly string[]) => ReturnType<QueueView['spent']>;
  readonly account: string;
  readonly latest: bigint;
  /** Places that the transaction itself has. */
  readonly taken: readonly string[];
}

async function firstFree({ spent, account, latest, taken }: FreeNumber): Promise<bigint> {
  for (let from = latest; from < latest + MOST; from += BigInt(CHUNK)) {
    const numbers = Array.from({ length: CHUNK }, (_, at) => from + BigInt(at));
    const used = await spent(numbers.map((number) => placeOf(account, number)));
    const free = numbers.map((number) => ({ number, place: placeOf(account, number) }));
    const found = free.find(({ place }) => !used.has(place) && !taken.includes(place));
    if (found !== undefined) return found.number;
  }
  throw new CustosError('STATE_CONFLICT', `too many transactions of ${account} wait in the queue`);
}

/** A number is kept like an output: no two transactions of the queue have it. */
function placeOf(account: string, number: bigint): string {
  return `${account}#${number}`;
}
