import type { Chain } from '../../core/chain/chain.js';
import type { Effect } from '../../core/chain/effect.js';
import type { AssetAmount } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import { demandText } from '../../core/policy/demand.js';
import { shown } from '../../core/text/foreign-text.js';
import type { WaitingTransaction } from './asked.js';
import type { ApprovalRequest, DecodedRequest } from './request.js';

/** The lines that an approver reads before deciding. Foreign text is made safe to show. */
export function requestLines(
  { store, pending, chain: id, network, demands, policy, initiator, names }: ApprovalRequest,
  { summary, all, fee, intent }: DecodedRequest,
  chain: Chain,
): readonly string[] {
  const list = demands.map(demandText).join(', ');
  return [
    `Transaction ${pending} on ${id} (${network}), store ${store}`,
    `What it does: ${summary.text}`,
    'Effects:',
    ...all.filter(({ op }) => op !== 'fee').map((effect) => `  ${effectLine(effect, chain, names)}`),
    `Hazards: ${all.flatMap(({ code }) => code ?? []).join(', ') || 'none'}`,
    ...(summary.opaque ? ['Warning: a part of it is not understood.'] : []),
    `Fee now: ${amountText(fee, chain)}`,
    `Asked for by: ${initiator ?? 'not known'}`,
    `Needs: ${list || 'nothing'}`,
    `Policy: ${policy === undefined ? 'none' : `version ${policy.version}, ${policy.hash}`}`,
    `Intent: ${intent}`,
  ].map(shown);
}

/** An amount in whole coins where the decimals are known, and else in the smallest unit. */
export function amountText({ asset, amount }: AssetAmount, { coin, decimals, feeAsset }: Chain): string {
  if (asset === coin) return `${formatUnits(amount, decimals)} ${asset}`;
  if (asset === feeAsset?.symbol) return `${formatUnits(amount, feeAsset.decimals)} ${asset}`;
  return `${amount} of the smallest unit of ${asset}`;
}

/** How far the approvals of a transaction are, as JSON. */
export function standingJson({ standing, request, decoded }: WaitingTransaction): object {
  const { kind, rejectedBy, missing } = standing;
  return {
    chain: request.chain,
    approvals: kind,
    ...(rejectedBy !== undefined && { rejectedBy }),
    missing,
    text: decoded.summary.text,
  };
}

function effectLine(effect: Effect, chain: Chain, names: ApprovalRequest['names']): string {
  const { op, code, from, to, asset, amount, tokenId, contract, method, args, data, accounts, own } = effect;
  const named = (address: string) =>
    Object.hasOwn(names, address) ? `${address} (the store calls it ${JSON.stringify(names[address])})` : address;
  const much = asset !== undefined && amount !== undefined ? amountText({ asset, amount }, chain) : asset;
  return [
    op,
    ...(code === undefined ? [] : [`[${code}]`]),
    ...(much === undefined ? [] : [much]),
    ...(tokenId === undefined ? [] : [`token ${tokenId}`]),
    `from ${named(from)}`,
    ...(to === undefined ? [] : [`to ${named(to)}`]),
    ...(own === true ? ['(a key that signs)'] : []),
    ...(contract === undefined ? [] : [`contract ${named(contract)}`]),
    ...(method === undefined ? [] : [`method ${method}`]),
    ...(args ?? []).map(({ name, value }) => `${name}=${value}`),
    ...(accounts === undefined ? [] : [`accounts ${accounts.join(' ')}`]),
    ...(data === undefined ? [] : [`data ${data}`]),
  ].join(' ');
}
