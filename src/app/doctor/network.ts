import { createHttpClient } from '../../cloud/http.js';
import { checkFourEyeUrl } from '../../cloud/urls.js';
import type { Chain } from '../../core/chain/chain.js';
import type { RecordedTransaction } from '../../core/chain/node.js';
import { asCustosError, CustosError } from '../../core/errors.js';
import { type ChainId, parseSignatureId } from '../../core/ids.js';
import { rulesOf } from '../../core/signing/signing-rules.js';
import { shownValue } from '../config/shown-value.js';
import { readSigningRules } from '../config/signing-rules.js';
import { makeCloud, makeNodes } from '../network/cloud.js';
import { type Finding, problem } from './finding.js';
import type { DoctorParts } from './parts.js';

/** A clock that is further off than this makes signed answers look old, and leases end at the wrong time, in milliseconds. */
const CLOCK_OFF = 10_000;
/** A wallet that does not exist: asking for its pending transactions checks cloud and key without revealing anything. */
const NOBODY = parseSignatureId('00000000-0000-4000-8000-000000000000');
/** How long the four-eye service may take, in milliseconds. */
const ANSWER_TIME = 10_000;

type NetworkParts = Pick<DoctorParts, 'config' | 'chains' | 'clock' | 'log'>;

/** Checks every service that a daemon with these settings would use: the cloud with its key, your own nodes, the four-eye service. */
export async function networkFindings(parts: NetworkParts): Promise<readonly Finding[]> {
  const { config } = parts;
  const found = await Promise.all([cloudFindings(parts), nodeFindings(parts), fourEyeFindings(parts)]);
  return config.problems.length > 0 ? [] : found.flat();
}

async function cloudFindings(parts: NetworkParts): Promise<readonly Finding[]> {
  const { config, clock } = parts;
  // Without a key or with a bad address nothing is asked; the findings about settings say so.
  if (!config.secrets.has('apiKey')) return [];
  let date: number | undefined;
  return attempt('cloud', async () => {
    const { cloud } = makeCloud(parts, { onDate: (moment) => (date = moment) });
    await cloud.pending(firstChain(parts), config.network, [NOBODY]);
    const text = `${shownValue(config.cloudUrl)} answers and takes the API key`;
    return [{ check: 'cloud', state: 'ok', text }, ...clockFindings(date, clock.now())];
  });
}

function firstChain({ config, chains }: NetworkParts): ChainId {
  const [first] = config.daemon.chains ?? [];
  return chains.get(first ?? 'ETH').id;
}

function clockFindings(date: number | undefined, now: number): Finding[] {
  if (date === undefined) return [];
  const off = now - date;
  const text = `differs from the cloud's by ${Math.round(Math.abs(off) / 1000)} seconds`;
  if (Math.abs(off) <= CLOCK_OFF) return [{ check: 'clock', state: 'ok', text }];
  const remedy = 'set the clock of this machine, for example by turning on NTP';
  return [{ check: 'clock', state: 'warning', text, remedy }];
}

async function nodeFindings(parts: NetworkParts): Promise<readonly Finding[]> {
  const { config, chains } = parts;
  const each = [...config.daemon.nodes.keys()].map((id) =>
    attempt(`node ${id}`, async () => {
      const chain = chains.get(id);
      await askNode(parts, chain);
      return [{ check: `node ${id}`, state: 'ok', text: `answers, and is of ${config.network}` }];
    }),
  );
  return (await Promise.all(each)).flat();
}

/** Asks for the node's network if the chain supports this; otherwise asks about bytes that do not exist. */
async function askNode(parts: NetworkParts, chain: Chain): Promise<void> {
  const { config, chains } = parts;
  // A server without a cloud has its nodes only.
  const hasCloud = config.serve === undefined || config.secrets.has('apiKey');
  const nodes = hasCloud ? makeCloud(parts).nodes : makeNodes(parts);
  const node = nodes.client(chain);
  const { developmentChainId } = rulesOf(readSigningRules(config.daemon, chains, config.network), chain.id);
  if (chain.node.checkNode !== undefined) {
    return chain.node.checkNode(node, {
      network: config.network,
      ...(developmentChainId !== undefined && { developmentChainId }),
    });
  }
  const nothing: RecordedTransaction = { raw: '', txId: '00'.repeat(32), completed: '', sender: '' };
  try {
    await chain.node.inclusion?.(nothing, node);
  } catch (error) {
    // A node that refuses the question has understood it.
    if (!(error instanceof CustosError) || error.code !== 'NODE_REFUSED') throw error;
  }
}

async function fourEyeFindings({ config, clock }: NetworkParts): Promise<readonly Finding[]> {
  const { externalUrl } = config.daemon;
  if (externalUrl === undefined) return [];
  return attempt('four-eye', async () => {
    checkFourEyeUrl(externalUrl, config.network);
    const invalid = 'JUDGE_UNREACHABLE';
    const faults = { unreachable: invalid, timeout: invalid, limited: invalid, invalid } as const;
    const request = { method: 'GET', url: externalUrl, headers: {}, timeout: ANSWER_TIME, retries: 0, faults } as const;
    const { status } = await createHttpClient({ clock, secrets: [] }).send(request);
    // The question is empty, so every answer except a server error shows that the service is there.
    if (status < 500) return [{ check: 'four-eye', state: 'ok', text: `${shownValue(externalUrl)} answers` }];
    throw new CustosError(invalid, `${shownValue(externalUrl)} answers with ${status}`);
  });
}

async function attempt(check: string, work: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await work();
  } catch (thrown) {
    const error = asCustosError(thrown);
    return [problem(check, error.code, error.message)];
  }
}
