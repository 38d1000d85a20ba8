import type { ParseContext } from '../../../core/chain/codec.js';
import type { Effect, EffectArgument } from '../../../core/chain/effect.js';
import type { DecodedMessage } from '../../../core/chain/messages.js';
import { readAddress, showAddress } from '../../shared/keccak-address.js';
import { decoded } from '../../shared/message.js';
import { withOneCoin } from '../calls/coin-contract.js';
import { isUnspendable } from '../calls/destination.js';
import { hazardsOf } from '../calls/hazards.js';
import { effectsOfMoves } from '../calls/method.js';
import type { CallRules } from '../calls/reader.js';
import { checkChainId } from '../request.js';
import { DECIMALS, type EvmSettings } from '../settings.js';
import { type KnownData, knownData } from './known-data.js';
import { leavesOf, type TypedData } from './read-typed-data.js';
import { TypedReader } from './typed-reader.js';

interface Signing {
  readonly from: string;
  readonly context: ParseContext;
  readonly settings: EvmSettings;
  readonly sign: DecodedMessage['sign'];
}

/**
 * Says what typed data let contracts do. What is not understood is opaque, and so are data that no contract or chain is named
 * for: they may count somewhere else, too.
 * @throws CustosError CHAIN_ID_MISMATCH: they are for another network
 */
export function decodedTypedData(data: TypedData, { from, context, settings, sign }: Signing): DecodedMessage {
  const { domain, primaryType, hash: digest } = data;
  const [chainId, contract] = [domain.get('chainId'), domain.get('verifyingContract')];
  if (typeof chainId === 'bigint') checkChainId(chainId, settings, context);
  const rules = rulesOf(settings);
  const found =
    typeof contract === 'string'
      ? knownData(data.encodedType, new TypedReader(data.message), { contract, from, rules })
      : undefined;
  const isOpaque = found === undefined || found.opaque === true || typeof chainId !== 'bigint';
  const args = [...leavesOf(data.message), ...leavesOf(domain, 'domain')];
  const own: Effect = {
    op: 'typed-data',
    ...(isOpaque && { code: 'opaque-data' }),
    from,
    ...(typeof contract === 'string' && { contract }),
    method: primaryType,
    args,
  };
  const moved = movedBy(found, { contract: String(contract), method: primaryType, rules });
  const effects = [own, ...withOneCoin(moved, context.network, settings)];
  return decoded({
    kind: 'typed-data',
    from,
    coin: settings.coin,
    ...(typeof contract === 'string' && { to: contract }),
    method: primaryType,
    ...(typeof chainId === 'bigint' && { chainId }),
    effects,
    hazards: hazardsOf(effects),
    tokens: found?.moves ?? [],
    notes: args,
    text: textOf(data, { from, contract, found, args }),
    digest,
    sign,
  });
}

/** The structure of what is known is that of calls, so that a permit has the hazards of the call that hands it in. */
function movedBy(
  found: KnownData | undefined,
  { rules, ...called }: { readonly contract: string; readonly method: string; readonly rules: CallRules },
): readonly Effect[] {
  const { moves = [], effects = [] } = found ?? {};
  if (effects.length > 0) return effects;
  return effectsOfMoves(moves, called, {
    isLost: (address, contract) => address === contract || isUnspendable(rules.read(address)),
    isNobody: (address) => BigInt(`0x${Buffer.from(rules.read(address)).toString('hex')}`) === 0n,
  });
}

function textOf(
  { primaryType, domain }: TypedData,
  said: {
    readonly from: string;
    readonly contract: unknown;
    readonly found: KnownData | undefined;
    readonly args: readonly EffectArgument[];
  },
): string {
  const { from, contract, found, args } = said;
  const name = domain.get('name');
  const whose = typeof name === 'string' ? ` of ${JSON.stringify(name)}` : '';
  const where = typeof contract === 'string' ? `for contract ${contract}` : 'for no contract in particular';
  const content = found?.text ?? `${args.length} values that are not understood`;
  return `${from} signs the typed data ${primaryType}${whose} ${where}: ${content}`;
}

function rulesOf({ coin, addressStyle }: EvmSettings): CallRules {
  return {
    coin,
    decimals: DECIMALS,
    show: (address) => showAddress(address, addressStyle),
    read: (address) => readAddress(address, addressStyle),
  };
}
