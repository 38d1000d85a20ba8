import { z } from 'zod';
import { takesCredits } from '../../cloud/poll-cost.js';
import { baseOf } from '../../cloud/urls.js';
import type { Config } from '../config/config.js';
import { shownValue } from '../config/shown-value.js';
import { ask, ready, readyFindings } from './daemon.js';
import type { Finding } from './finding.js';

/** Warn when no daemon has fetched a pending transaction for this many seconds. */
const LONG = 300;

/** What `/ready` of a gateway also says to clients with its key. */
const readyAnswer = ready.extend({
  queue: z
    .array(z.object({ chain: z.string().max(12), progress: z.string(), count: z.number(), oldestSeconds: z.number() }))
    .max(200)
    .default([]),
});

/** What your own gateway says about itself, its nodes and its queue; nothing if the cloud is not a gateway. */
export async function gatewayFindings(config: Pick<Config, 'cloudUrl' | 'secrets'>): Promise<readonly Finding[]> {
  if (takesCredits(config) || !URL.canParse(config.cloudUrl)) return [];
  const url = `${baseOf(config.cloudUrl)}/ready`;
  const key = config.secrets.copy('apiKey')?.exposeText();
  const answer = await ask(url, key === undefined ? {} : { 'x-api-key': key });
  const parsed = readyAnswer.safeParse(answer?.body);
  if (answer === undefined || !parsed.success) return [];
  const { reasons, queue } = parsed.data;
  return [
    ...readyFindings('gateway', { url: shownValue(url), status: answer.status, reasons }),
    ...queue.flatMap(queueFinding),
  ];
}

function queueFinding({
  chain,
  progress,
  count,
  oldestSeconds,
}: z.output<typeof readyAnswer>['queue'][number]): Finding[] {
  const ticker = chain.replaceAll(/[^A-Z0-9]/g, '');
  if (progress === 'unclaimed' && oldestSeconds > LONG) {
    const text = `${ticker}: ${count} that no daemon has fetched, the oldest for ${Math.round(oldestSeconds)} seconds`;
    const remedy = `start a daemon that has their wallets and serves ${ticker}, or withdraw them: DELETE /v3/kms/{id}`;
    return [{ check: 'gateway queue', state: 'warning', text, remedy }];
  }
  if (progress === 'failed') {
    const remedy =
      'GET /v3/kms/{id} says why; then `custos transaction retry ID` at the daemon; what is cancelled there, or is not wanted ' +
      'any more, withdraw at the gateway: DELETE /v3/kms/{id}';
    return [
      { check: 'gateway queue', state: 'warning', text: `${ticker}: ${count} that their daemon gave up`, remedy },
    ];
  }
  return [];
}
