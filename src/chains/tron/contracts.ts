/** How a member of a contract is written: as an address, bytes, text, number, truth value, a resource's number, or a message. */
type FieldKind = 'address' | 'bytes' | 'text' | 'number' | 'boolean' | 'resource' | 'votes' | 'contract';

export interface ContractField {
  /** Number of the field (Tron protocol buffers, `core/contract/*.proto`). */
  readonly number: number;
  readonly name: string;
  readonly kind: FieldKind;
}

export interface ContractForm {
  /** Number of the type in `Transaction.Contract.ContractType`. */
  readonly type: number;
  readonly fields: readonly ContractField[];
}

const owner = field(1, 'owner_address', 'address');
const resource = field(3, 'resource', 'resource');

/** The contracts that are signed, by name. What is not here cannot be said in words, so it is refused. */
export const contracts: Readonly<Record<string, ContractForm>> = {
  AccountCreateContract: form(0, [owner, field(2, 'account_address', 'address')]),
  TransferContract: form(1, [owner, field(2, 'to_address', 'address'), field(3, 'amount', 'number')]),
  TransferAssetContract: form(2, [
    field(1, 'asset_name', 'text'),
    field(2, 'owner_address', 'address'),
    field(3, 'to_address', 'address'),
    field(4, 'amount', 'number'),
  ]),
  VoteWitnessContract: form(4, [owner, field(2, 'votes', 'votes'), field(3, 'support', 'boolean')]),
  // Not frozen_supply: nothing would show which part of the supply is locked.
  AssetIssueContract: form(6, [
    owner,
    field(2, 'name', 'text'),
    field(3, 'abbr', 'text'),
    field(4, 'total_supply', 'number'),
    field(6, 'trx_num', 'number'),
    field(7, 'precision', 'number'),
    field(8, 'num', 'number'),
    field(9, 'start_time', 'number'),
    field(10, 'end_time', 'number'),
    field(20, 'description', 'text'),
    field(21, 'url', 'text'),
    field(22, 'free_asset_net_limit', 'number'),
    field(23, 'public_free_asset_net_limit', 'number'),
  ]),
  WithdrawBalanceContract: form(13, [owner]),
  CreateSmartContract: form(30, [
    owner,
    field(2, 'new_contract', 'contract'),
    field(3, 'call_token_value', 'number'),
    field(4, 'token_id', 'number'),
  ]),
  TriggerSmartContract: form(31, [
    owner,
    field(2, 'contract_address', 'address'),
    field(3, 'call_value', 'number'),
    field(4, 'data', 'bytes'),
    field(5, 'call_token_value', 'number'),
    field(6, 'token_id', 'number'),
  ]),
  FreezeBalanceV2Contract: form(54, [owner, field(2, 'frozen_balance', 'number'), resource]),
  UnfreezeBalanceV2Contract: form(55, [owner, field(2, 'unfreeze_balance', 'number'), resource]),
  WithdrawExpireUnfreezeContract: form(56, [owner]),
  DelegateResourceContract: form(57, [
    owner,
    field(2, 'resource', 'resource'),
    field(3, 'balance', 'number'),
    field(4, 'receiver_address', 'address'),
    field(5, 'lock', 'boolean'),
    field(6, 'lock_period', 'number'),
  ]),
  UnDelegateResourceContract: form(58, [
    owner,
    field(2, 'resource', 'resource'),
    field(3, 'balance', 'number'),
    field(4, 'receiver_address', 'address'),
  ]),
  CancelAllUnfreezeV2Contract: form(59, [owner]),
};

function form(type: number, fields: readonly ContractField[]): ContractForm {
  return { type, fields };
}

function field(number: number, name: string, kind: FieldKind): ContractField {
  return { number, name, kind };
}
