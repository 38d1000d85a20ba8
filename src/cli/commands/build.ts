import { readSigningRules } from '../../app/config/signing-rules.js';
import { makeCloud, makeNodes } from '../../app/network/cloud.js';
import { tryPayment } from '../../app/transactions/build.js';
import { summaryToJson } from '../../core/chain/summary.js';
import { CustosError } from '../../core/errors.js';
import type { Run } from '../spec.js';

export const build: Run = async ({ options, house, out }) => {
  const { chains, clock, config, log } = house;
  const { from, to, amount, decimals, destinationTag: tag, account, ...others } = options.payment;
  if (options.chain === undefined || from === undefined || to === undefined || amount === undefined) {
    throw new CustosError('USAGE', 'a payment needs --chain, --from, --to and --amount');
  }
  const chain = chains.get(options.chain);
  // With a node of its own the chain needs no cloud, and so no key of one.
  const isOwn = config.daemon.nodes.has(chain.id);
  const nodes = isOwn ? makeNodes({ config, clock }) : makeCloud({ config, clock, log }).nodes;
  const request = {
    from: { address: from, ...(account !== undefined && { account }) },
    ...{ to, amount },
    ...others,
    ...(decimals !== undefined && { decimals: decimalsOf(decimals) }),
    ...(tag !== undefined && { tag }),
  };
  const rules = readSigningRules(config.daemon, chains, config.network);
  const place = { chain, network: config.network, rules, node: nodes.client(chain), now: () => clock.now() };
  const { unsigned, spends, summary } = await tryPayment(request, place);
  out.json({ chain: chain.id, unsigned, ...(spends && { spends }), summary: summaryToJson(summary) });
  return 0;
};

function decimalsOf(text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new CustosError('USAGE', '--decimals takes a whole number');
}
