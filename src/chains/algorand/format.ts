import { hex } from '@scure/base';
import type { ParseContext } from '../../core/chain/codec.js';
import { CustosError } from '../../core/errors.js';
import { type Network, quote } from '../../core/ids.js';
import { type Fields, invalid, onlyMembers, readObject, smallOf, textOf, wholeOf } from '../shared/fields.js';
import { accountOf, bytesOf, fixedOf, flagOf, isUnset, shortTextOf } from './json.js';
import { encodeMap, type ItemMap } from './msgpack.js';

/** Accounts are public keys of 32 bytes; an absent one means no account. */
interface Header {
  readonly sender: Uint8Array;
  /** As the request states it: the whole fee if it is flat, otherwise the fee of one byte. */
  readonly statedFee: bigint;
  readonly isFlat: boolean;
  readonly firstRound: bigint;
  readonly lastRound: bigint;
  readonly genesisId: string;
  readonly genesisHash: Uint8Array;
  readonly note: Uint8Array;
  readonly lease?: Uint8Array;
  readonly group?: Uint8Array;
  /** Account with the key that signs for this one from then on. */
  readonly rekeyTo?: Uint8Array;
}

/** What each type of transaction does. */
export type Action =
  | { readonly type: 'pay'; readonly to: Uint8Array; readonly amount: bigint; readonly closeTo?: Uint8Array }
  | {
      readonly type: 'axfer';
      readonly asset: bigint;
      readonly to: Uint8Array;
      readonly amount: bigint;
      readonly closeTo?: Uint8Array;
      /** Holder from whom the asset's clawback account takes the units. */
      readonly takenFrom?: Uint8Array;
    }
  | { readonly type: 'acfg'; readonly asset: bigint; readonly params: AssetParams }
  | { readonly type: 'afrz'; readonly asset: bigint; readonly account: Uint8Array; readonly isFrozen: boolean };

export interface AssetParams {
  readonly total: bigint;
  readonly decimals: number;
  readonly isFrozen: boolean;
  readonly unitName: string;
  readonly name: string;
  readonly url: string;
  readonly metadataHash?: Uint8Array;
  readonly manager?: Uint8Array;
  readonly reserve?: Uint8Array;
  readonly freeze?: Uint8Array;
  readonly clawback?: Uint8Array;
}

/** A transaction with its whole fee in the smallest unit. */
export type AlgorandTransaction = Header & Action & { readonly fee: bigint };

/** Networks by their genesis (https://developer.algorand.org): identifier and hash, 32 bytes. */
const genesis: Readonly<Record<Network, ReadonlyMap<string, string>>> = {
  mainnet: new Map([['mainnet-v1.0', 'c061c4d8fc1dbdded2d7604be4568e3f6d041987ac37bde4b620b5ab39248adf']]),
  testnet: new Map([
    ['testnet-v1.0', '4863b518a4b3c84ec810f22d4f1081cb0f71f059a7ac20dec62f7f70e5093a22'],
    ['betanet-v1.0', '98581acc5fb6b914b5b4c88bf5db23d3584919224498f376f01fd38e3be9556d'],
  ]),
};

/** The name of the genesis with this hash. @throws CustosError CHAIN_ID_MISMATCH: it is not of the network */
export function genesisName(network: Network, hash: Uint8Array): string {
  const found = [...genesis[network]].find(([, known]) => known === hex.encode(hash));
  if (found !== undefined) return found[0];
  throw new CustosError('CHAIN_ID_MISMATCH', `the ALGO node has another genesis than ALGO's ${network} has`);
}

const LEAST_FEE = 1000n;
/** What the signature adds to the size of a transaction, as Algorand's libraries count it. */
const SIGNATURE_SIZE = 75n;
/** Rounds that a transaction may be valid for. */
const MAX_LIFE = 1000n;
const MAX_NOTE = 1024;

const shared = 'name tag type from fee flatFee firstRound lastRound genesisID genesisHash note lease group reKeyTo';
const own: Readonly<Record<Action['type'], string>> = {
  pay: 'to amount closeRemainderTo',
  axfer: 'to amount closeRemainderTo assetIndex assetRevocationTarget',
  acfg: 'assetIndex assetTotal assetDecimals assetDefaultFrozen assetManager assetReserve assetFreeze assetClawback assetUnitName assetName assetURL assetMetadataHash',
  afrz: 'assetIndex freezeAccount freezeState',
};

/**
 * Reads a transaction as the JavaScript library of Algorand prints it.
 * @throws CustosError TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED, CHAIN_ID_MISMATCH, ADDRESS_INVALID
 */
export function readTransaction(text: string, { network }: Pick<ParseContext, 'network'>): AlgorandTransaction {
  const all = readObject(text);
  const type = textOf(all['type'], 'type');
  if (!isKnownType(type)) {
    throw new CustosError('TRANSACTION_UNSUPPORTED', `transactions of type ${quote(type)} are not signed on ALGO`);
  }
  const names = `${shared} ${own[type]}`.split(' ');
  // The library prints members of the other types as well, empty.
  const fields = Object.fromEntries(
    Object.entries(all).filter(([name, value]) => names.includes(name) || !isUnset(value)),
  );
  onlyMembers(fields, names, 'the transaction');
  checkFrame(fields);
  const unpriced = { ...readHeader(fields, network), ...actions[type](fields) };
  return { ...unpriced, fee: feeOf(unpriced) };
}

/** The bytes that are signed, after the letters TX. */
export function encodeTransaction(transaction: AlgorandTransaction): Uint8Array {
  return encodeMap(itemsOf(transaction));
}

/** As a map of the names of the network. */
function itemsOf(transaction: AlgorandTransaction): ItemMap {
  const { type, sender, fee, firstRound, lastRound, genesisId, genesisHash, note, lease, group, rekeyTo } = transaction;
  return {
    ...actionItems(transaction),
    type,
    snd: sender,
    fee,
    fv: firstRound,
    lv: lastRound,
    gen: genesisId,
    gh: genesisHash,
    note,
    lx: lease,
    grp: group,
    rekey: rekeyTo,
  };
}

function actionItems(action: Action): ItemMap {
  if (action.type === 'pay') return { rcv: action.to, amt: action.amount, close: action.closeTo };
  if (action.type === 'afrz') return { faid: action.asset, fadd: action.account, afrz: action.isFrozen };
  if (action.type === 'axfer') {
    const { asset, to, amount, closeTo, takenFrom } = action;
    return { xaid: asset, arcv: to, aamt: amount, aclose: closeTo, asnd: takenFrom };
  }
  const { total, decimals, isFrozen, unitName, name, url, metadataHash, manager, reserve, freeze, clawback } =
    action.params;
  const names = { t: total, dc: BigInt(decimals), df: isFrozen, un: unitName, an: name, au: url, am: metadataHash };
  return { caid: action.asset, apar: { ...names, m: manager, r: reserve, f: freeze, c: clawback } };
}

/**
 * The whole fee. One that is not flat is paid for each byte. Tatum KMS signs it so even where the library had multiplied
 * already.
 */
function feeOf(unpriced: Header & Action): bigint {
  const { statedFee, isFlat } = unpriced;
  const size = () => BigInt(encodeTransaction({ ...unpriced, fee: statedFee }).length) + SIGNATURE_SIZE;
  const fee = isFlat ? statedFee : statedFee * size();
  return isFlat || fee > LEAST_FEE ? fee : LEAST_FEE;
}

function isKnownType(type: string): type is Action['type'] {
  return Object.hasOwn(own, type);
}

function checkFrame({ name = 'Transaction', tag }: Fields): void {
  if (name !== 'Transaction') throw invalid(`name is ${quote(name)}, not Transaction`);
  const bytes = bytesOf(tag, 'tag');
  if (bytes.length > 0 && hex.encode(bytes) !== '5458') throw invalid('tag is not TX');
}

function readHeader(fields: Fields, network: Network): Header {
  const firstRound = wholeOf(fields['firstRound'], 'firstRound');
  const lastRound = wholeOf(fields['lastRound'], 'lastRound');
  if (lastRound < firstRound || lastRound - firstRound > MAX_LIFE) {
    throw invalid(`the rounds ${firstRound} to ${lastRound} are not one to ${MAX_LIFE} rounds`);
  }
  const note = bytesOf(fields['note'], 'note');
  if (note.length > MAX_NOTE) throw invalid(`note has ${note.length} bytes, at most ${MAX_NOTE} are allowed`);
  const [lease, group] = [fixedOf(fields['lease'], 'lease'), fixedOf(fields['group'], 'group')];
  const rekeyTo = accountOf(fields['reKeyTo'], 'reKeyTo');
  return {
    sender: required(accountOf(fields['from'], 'from'), 'from'),
    statedFee: wholeOf(fields['fee'], 'fee'),
    isFlat: flagOf(fields['flatFee'], 'flatFee'),
    firstRound,
    lastRound,
    ...readGenesis(fields, network),
    note,
    ...(lease && { lease }),
    ...(group && { group }),
    ...(rekeyTo && { rekeyTo }),
  };
}

/** The hash decides; the identifier may be absent. */
function readGenesis(fields: Fields, network: Network): Pick<Header, 'genesisId' | 'genesisHash'> {
  const genesisHash = bytesOf(fields['genesisHash'], 'genesisHash');
  const genesisId = textOf(fields['genesisID'] ?? '', 'genesisID');
  const known = [...genesis[network]].find(([, hash]) => hash === hex.encode(genesisHash));
  if (known !== undefined && (genesisId === '' || genesisId === known[0])) return { genesisId, genesisHash };
  const text = `the transaction is for ${quote(genesisId)} with another genesis than ALGO's ${network} has`;
  throw new CustosError('CHAIN_ID_MISMATCH', text);
}

const actions: Readonly<Record<Action['type'], (fields: Fields) => Action>> = {
  pay: (fields) => ({ type: 'pay', ...readMove(fields) }),
  axfer(fields) {
    const takenFrom = accountOf(fields['assetRevocationTarget'], 'assetRevocationTarget');
    const move = readMove(fields);
    if (takenFrom && move.closeTo) throw invalid('assetRevocationTarget and closeRemainderTo exclude each other');
    return { type: 'axfer', asset: assetOf(fields), ...move, ...(takenFrom && { takenFrom }) };
  },
  acfg(fields) {
    const asset = wholeOf(fields['assetIndex'] ?? 0, 'assetIndex');
    const params = readParams(fields);
    const fixed = params.total + BigInt(params.decimals) > 0n || params.isFrozen || params.metadataHash !== undefined;
    if (asset > 0n && (fixed || params.unitName + params.name + params.url !== '')) {
      throw invalid('only the accounts of an asset can be changed, not what it is');
    }
    return { type: 'acfg', asset, params };
  },
  afrz(fields) {
    const account = required(accountOf(fields['freezeAccount'], 'freezeAccount'), 'freezeAccount');
    return { type: 'afrz', asset: assetOf(fields), account, isFrozen: flagOf(fields['freezeState'], 'freezeState') };
  },
};

function readMove(fields: Fields) {
  const closeTo = accountOf(fields['closeRemainderTo'], 'closeRemainderTo');
  return {
    to: required(accountOf(fields['to'], 'to'), 'to'),
    amount: wholeOf(fields['amount'], 'amount'),
    ...(closeTo && { closeTo }),
  };
}

function readParams(fields: Fields): AssetParams {
  const metadataHash = fixedOf(fields['assetMetadataHash'], 'assetMetadataHash');
  const [manager, reserve, freeze, clawback] = ['Manager', 'Reserve', 'Freeze', 'Clawback'].map((role) =>
    accountOf(fields[`asset${role}`], `asset${role}`),
  );
  return {
    total: wholeOf(fields['assetTotal'] ?? 0, 'assetTotal'),
    decimals: smallOf(fields['assetDecimals'] ?? 0, 'assetDecimals', 19),
    isFrozen: flagOf(fields['assetDefaultFrozen'], 'assetDefaultFrozen'),
    unitName: shortTextOf(fields['assetUnitName'], 'assetUnitName', 8),
    name: shortTextOf(fields['assetName'], 'assetName', 32),
    url: shortTextOf(fields['assetURL'], 'assetURL', 96),
    ...(metadataHash && { metadataHash }),
    ...(manager && { manager }),
    ...(reserve && { reserve }),
    ...(freeze && { freeze }),
    ...(clawback && { clawback }),
  };
}

function assetOf(fields: Fields): bigint {
  const asset = wholeOf(fields['assetIndex'], 'assetIndex');
  if (asset > 0n) return asset;
  throw invalid('assetIndex is zero');
}

/** The account of zeros has no key: what goes there is lost. */
function required(account: Uint8Array | undefined, name: string): Uint8Array {
  if (account !== undefined) return account;
  throw invalid(`${name} is missing, or is the account that belongs to nobody`);
}
