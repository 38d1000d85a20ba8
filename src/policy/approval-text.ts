import { CustosError } from '../core/errors.js';
import { parseChainId } from '../core/ids.js';
import { type Approval, LONGEST_APPROVAL, type PolicyVersion } from '../core/policy/approval.js';
import { type Demand, demandText, parseDemand } from '../core/policy/demand.js';
import { isInitiator } from './constitution.js';
import { isHash } from './hash.js';
import { parsePersonKey } from './persons/key.js';

const TITLE = 'custos-approval/1';
const MAX_TEXT = 4096;
const MAX_DEMANDS = 16;
const NONE = 'none';

/** In this order, each once. */
const names = [
  'store',
  'pending',
  'chain',
  'network',
  'intent',
  'effects',
  'fee-at-most',
  'policy',
  'demand',
  'initiator',
  'decision',
  'not-before',
  'expires',
  'nonce',
  'key',
] as const;
type Name = (typeof names)[number];

/** Writes the lines that an approver signs: printable ASCII, a line a field. @throws CustosError APPROVAL_INVALID */
export function approvalText(approval: Approval): string {
  const text = linesOf(approval);
  // What cannot be read is never signed.
  readFields(text);
  return text;
}

/** Reads the lines in exactly the form that `approvalText` writes. @throws CustosError APPROVAL_INVALID */
export function readApprovalText(text: string): Approval {
  const approval = readFields(text);
  if (linesOf(approval) !== text) throw invalid('its lines have another form');
  return approval;
}

function linesOf(approval: Approval): string {
  const { store, pending, chain, network, intent, effects, feeAtMost, decision, nonce, key } = approval;
  const values: Readonly<Record<Name, string>> = {
    store,
    pending,
    chain,
    network,
    intent,
    effects,
    'fee-at-most': `${feeAtMost.amount} ${feeAtMost.asset}`,
    policy: approval.policy === undefined ? NONE : `${approval.policy.version} ${approval.policy.hash}`,
    demand: approval.demands.length === 0 ? NONE : approval.demands.map(demandText).join(', '),
    initiator: approval.initiator ?? NONE,
    decision,
    'not-before': timeText(approval.notBefore),
    expires: timeText(approval.expires),
    nonce,
    key,
  };
  return `${TITLE}\n${names.map((name) => `${name}: ${values[name]}\n`).join('')}`;
}

function readFields(text: string): Approval {
  const values = readLines(text);
  const value = (name: Name): string => values.get(name) ?? '';
  const chosen = (name: Name, form: RegExp): string => {
    if (!form.test(value(name))) throw invalid(`${name} is not readable`);
    return value(name);
  };
  const hash = (name: Name): string => {
    if (!isHash(value(name))) throw invalid(`${name} is not a hash`);
    return value(name);
  };
  const [amount = '', asset = ''] = chosen('fee-at-most', /^(?:0|[1-9][0-9]{0,77}) [!-~]{1,128}$/).split(' ');
  const policy = readPolicy(value('policy'));
  const initiator = value('initiator');
  if (!isInitiator(initiator)) throw invalid('initiator is not one printable word');
  const key = value('key');
  if (parsePersonKey(key) === undefined) throw invalid('key is of an unknown form');
  return {
    store: chosen('store', /^[0-9a-f]{32}$/),
    pending: chosen('pending', /^[A-Za-z0-9_-]{1,64}$/),
    chain: parseChainId(chosen('chain', /^[A-Z0-9]{1,12}$/)),
    network: chosen('network', /^(?:mainnet|testnet)$/) === 'mainnet' ? 'mainnet' : 'testnet',
    intent: hash('intent'),
    effects: hash('effects'),
    feeAtMost: { asset, amount: BigInt(amount) },
    ...(policy && { policy }),
    demands: readDemands(value('demand')),
    ...(initiator !== NONE && { initiator }),
    decision: chosen('decision', /^(?:approve|reject)$/) === 'approve' ? 'approve' : 'reject',
    ...readTimes(value('not-before'), value('expires')),
    nonce: chosen('nonce', /^[0-9a-f]{32}$/),
    key,
  };
}

function readLines(text: string): ReadonlyMap<Name, string> {
  if (text.length > MAX_TEXT || !/^[\n -~]*$/.test(text)) throw invalid('it is too long or not ASCII');
  const [title, ...lines] = text.split('\n');
  if (title !== TITLE) throw invalid('its first line is another one');
  if (lines.length !== names.length + 1 || lines.at(-1) !== '')
    throw invalid('it does not have the right number of lines');
  return new Map(
    names.map((name, place) => {
      const line = lines[place] ?? '';
      if (!line.startsWith(`${name}: `)) throw invalid(`line ${place + 2} is not ${name}`);
      return [name, line.slice(name.length + 2)];
    }),
  );
}

function readPolicy(text: string): PolicyVersion | undefined {
  if (text === NONE) return undefined;
  const [, digits = '', hash = ''] = /^([1-9][0-9]{0,14}) (sha256:[0-9a-f]{64})$/.exec(text) ?? [];
  if (hash === '') throw invalid('policy is not readable');
  return { version: Number(digits), hash };
}

function readDemands(text: string): readonly Demand[] {
  if (text === NONE) return [];
  const demands = text.split(', ').map((one) => {
    const demand = parseDemand(one);
    if (demand === undefined) throw invalid('demand is not readable');
    return demand;
  });
  if (demands.length > MAX_DEMANDS) throw invalid('it names too many demands');
  return demands;
}

function readTimes(start: string, end: string): Pick<Approval, 'notBefore' | 'expires'> {
  const notBefore = Date.parse(start);
  const expires = Date.parse(end);
  if (!Number.isSafeInteger(notBefore) || !Number.isSafeInteger(expires)) throw invalid('its times are not readable');
  if (expires <= notBefore || expires - notBefore > LONGEST_APPROVAL) {
    throw invalid('it must hold for more than no time and at most 24 hours');
  }
  return { notBefore, expires };
}

/** RFC 3339 in UTC with milliseconds, of the years 0 to 9999. */
function timeText(milliseconds: number): string {
  const date = new Date(milliseconds);
  const text = Number.isNaN(date.getTime()) ? '' : date.toISOString();
  if (text.length !== 24) throw invalid('a time has no form');
  return text;
}

function invalid(why: string): CustosError {
  return new CustosError('APPROVAL_INVALID', `the approval is refused: ${why}`);
}
