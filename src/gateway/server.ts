import { silentLog } from '../core/log.js';
import { hostCheck } from '../http/guard.js';
import type { Limits } from '../http/limits.js';
import { listen } from '../http/listen.js';
import { keyAccess } from './access.js';
import { errorAnswer } from './answers.js';
import type { GatewayOptions } from './context.js';
import { createGatewayMeter } from './meter.js';
import { createOperations } from './operations.js';
import { isOpenPath, watchRoutes } from './routes/watch.js';
import { warnOfUnclaimed } from './unclaimed.js';

export type { GatewayOptions } from './context.js';

const DEFAULT_HOST = '127.0.0.1';
/** How long `close` waits for running requests, in milliseconds. */
const GRACE = 10_000;
/** Milliseconds until the gateway warns of a pending transaction that no daemon has fetched. */
const UNCLAIMED_AFTER = 300_000;
/** A node may search its unspent outputs for 280 seconds before it answers. */
const limits: Limits = { connections: 2048, headerTime: 10_000, requestTime: 60_000, silence: 330_000 };

/** A gateway as a function from request to answer, without a port. */
export interface Gateway {
  fetch(request: Request, peer?: { readonly address?: string | undefined }): Promise<Response>;
  /** Warns of transactions that no daemon fetches, until the signal. Never rejects. */
  watch(signal: AbortSignal): Promise<void>;
}

/** A gateway that listens. */
export interface RunningGateway {
  /** Without a slash at the end. */
  readonly url: string;
  /** Takes no new requests, waits for running ones (at most 10 seconds), and resolves when all connections are closed. */
  close(): Promise<void>;
}

/** Puts the self-hosted cloud together; every error becomes an answer in the API's shape. */
export function createGateway(options: GatewayOptions): Gateway {
  const { queue, host = DEFAULT_HOST, log = silentLog } = options;
  const access = keyAccess({ ...options, log });
  const meter = createGatewayMeter(options);
  const checkHost = hostCheck(host, options.allowedHosts ?? []);
  const { gateway, answer } = createOperations(options, {
    ...{ access, meter },
    check: (request) => checkHost(request.header('host') ?? new URL(request.url).host),
    isOpen: (path) => isOpenPath(path, host),
    addTo: (app, context) => watchRoutes(app, { gateway: context, access, meter, queue }),
  });
  return {
    fetch: answer,
    watch: (signal) => warnOfUnclaimed({ ...gateway, queue }, options.unclaimedAfter ?? UNCLAIMED_AFTER, signal),
  };
}

/**
 * Starts a gateway.
 * @param options - as for `createGateway`; `port` 0 takes any free one
 * @throws CustosError PORT_IN_USE
 */
export async function startGateway(options: GatewayOptions & { readonly port: number }): Promise<RunningGateway> {
  const { host = DEFAULT_HOST, port, log = silentLog } = options;
  const { fetch, watch } = createGateway(options);
  const { url, close } = await listen({
    ...{ host, port, log, answer: fetch },
    limits: { ...limits, ...options.limits },
    refuse: (error) => errorAnswer(error, log),
  });
  const stop = new AbortController();
  const watching = watch(stop.signal);
  return {
    url,
    async close() {
      stop.abort();
      await Promise.all([watching, close(GRACE)]);
    },
  };
}
