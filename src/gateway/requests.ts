import { z } from 'zod';
import { CustosError } from '../core/errors.js';
import { parseIndex, parseSignatureId } from '../core/ids.js';
import { isRecord } from '../http/json.js';
import { requestInvalid } from '../http/problems.js';
import { documentedAs } from './answers.js';

/** A decimal text as the API writes amounts. */
export const decimal = z
  .string()
  .max(120)
  .regex(/^\+?(\d+(\.\d*)?|\.\d+)$/, 'must be a decimal number in a text');
/** Decimal digits. */
export const whole = z
  .string()
  .max(80)
  .regex(/^\+?\d+$/, 'must be a whole number in a text');
export const address = z.string().min(1).max(50);
const nonce = z.number().int().min(0);
/** Names the wallet that signs. */
export const signatureId = parsedBy(parseSignatureId);
/** Names the key of a mnemonic wallet. */
export const index = parsedBy(parseIndex);

const accessList = z
  .array(z.object({ address, storageKeys: z.array(z.string().regex(/^0x[0-9a-fA-F]{64}$/)).max(1000) }))
  .max(1000);

/** An address of a chain with longer addresses (BIP-350: up to 90 characters). */
const longAddress = z.string().min(1).max(100);

/** What forms of chains with unspent outputs differ in. */
interface SpendParts<F extends z.ZodType> {
  readonly address: z.ZodString;
  readonly fee: F;
  /** Most outputs, and most receivers. */
  readonly most: { readonly outputs: number; readonly receivers: number };
}

/** An amount that may be a number, too. */
export const coins = z.union([z.number().min(0), decimal]);

/** A transfer from addresses or from named outputs: `parseSpend` checks that a request has exactly one of them. */
export function spendFormOf<F extends z.ZodType>({ address, fee, most }: SpendParts<F>) {
  return z.object({
    fromAddress: z
      .array(z.object({ address, signatureId, index: index.optional() }))
      .min(1)
      .max(200)
      .optional(),
    fromUTXO: z
      .array(
        z.object({
          txHash: z.string().regex(/^[0-9a-fA-F]{64}$/, 'must have 64 hexadecimal digits'),
          index,
          signatureId,
          signatureIdIndex: index.optional(),
        }),
      )
      .min(1)
      .max(most.outputs)
      .optional(),
    to: z
      .array(z.object({ address, value: coins }))
      .min(1)
      .max(most.receivers),
    fee: fee.optional(),
    changeAddress: address.optional(),
  });
}

/** Transfer of unspent outputs: the `…TransactionAddressKMS`, `…TransactionUTXOKMS` and `BchTransactionKMS` forms. */
export const spendForm = spendFormOf({
  ...{ address: longAddress, fee: decimal },
  most: { outputs: 500, receivers: 1000 },
});

/** Payment: the `TransferSolanaBlockchainKMS` and `ChainTransferSolanaSplKMS` forms. The indexes are extensions. */
export const paymentForm = z
  .object({
    from: address,
    to: address,
    amount: decimal,
    signatureId,
    index: index.optional(),
    feePayer: address.optional(),
    feePayerSignatureId: signatureId.optional(),
    feePayerIndex: index.optional(),
    contractAddress: address.optional(),
    digits: z.number().int().min(0).max(30).optional(),
  })
  .refine(({ feePayer, feePayerSignatureId }) => (feePayer === undefined) === (feePayerSignatureId === undefined), {
    message: 'feePayer and feePayerSignatureId go together',
    path: ['feePayerSignatureId'],
  });

const parameter: z.ZodType<AbiParameter> = z.lazy(() =>
  z.object({
    type: z
      .string()
      .max(60)
      .regex(/^[a-z]+\d*(\[\d{0,4}\]){0,6}$/, 'must be an ABI type'),
    name: z.string().max(200).optional(),
    components: z.array(parameter).max(50).optional(),
  }),
);
const method = {
  contractAddress: address,
  methodName: z.string().min(1).max(500),
  methodABI: z.object({
    type: z.literal('function').optional(),
    name: z.string().max(200).optional(),
    inputs: z.array(parameter).max(50).optional(),
    outputs: z.array(parameter).max(50).optional(),
  }),
  params: z.array(z.unknown()).max(50),
};

/** One argument or result of a method, in the JSON form of a contract's ABI. */
export interface AbiParameter {
  readonly type: string;
  readonly name?: string | undefined;
  readonly components?: readonly AbiParameter[] | undefined;
}

/** Read call of a contract: the `CallReadSmartContractMethod` forms. */
export const contractReadForm = z.object(method);

/** Fields of every KMS form: who signs, and what the fee is. `fee.gasPrice` and the EIP-1559 caps are in Gwei. */
const signingFields = (feeCurrencies: readonly string[]) => ({
  signatureId,
  index: index.optional(),
  nonce: nonce.optional(),
  fee: z.object({ gasLimit: whole, gasPrice: decimal.optional() }).optional(),
  feeCurrency: z.enum(feeCurrencies).optional(),
  // Extensions of the documented form: EIP-2930 and EIP-1559 transactions.
  type: z.enum(['0x1', '0x2']).optional(),
  accessList: accessList.optional(),
  maxFeePerGas: decimal.optional(),
  maxPriorityFeePerGas: decimal.optional(),
});

/**
 * Forms of requests to sign on chains with contracts.
 * @param feeCurrencies - symbols of the fee currencies, on chains with a choice
 */
export function signingForms(feeCurrencies: readonly string[]) {
  const signing = signingFields(feeCurrencies);
  const token = { ...signing, chain: z.string().min(1).max(12), contractAddress: address, amount: decimal };
  return {
    /** What every form says. */
    signing: z.object(signing),
    /** Native transfer: the `Transfer…BlockchainKMS` forms of all EVM chains. */
    transfer: z.object({
      ...signing,
      to: address,
      amount: decimal,
      currency: z.string().min(1).max(30),
      data: z.string().max(50_000).optional(),
    }),
    /**
     * Contract creation, an extension: the native form without `to`. `data` is the creation code, at most 49,152 bytes (EIP-3860).
     * It cannot carry coins, so that a transfer without its `to` cannot burn any.
     */
    creation: z.object({
      ...signing,
      amount: z
        .string()
        .regex(/^\+?0*\.?0*$/, 'must be 0 when there is no `to`')
        .optional(),
      data: z
        .string()
        .max(98_306)
        .regex(/^0x([0-9a-fA-F]{2})+$/, 'must be 0x and hexadecimal digits when there is no `to`'),
    }),
    /** Token transfer: the `ChainTransfer…Erc20KMS`, BEP-20 and other forms of one kind. `index` is an extension. */
    tokenTransfer: z.object({ ...token, to: address, digits: z.number().int().min(0).max(30) }),
    /** Allowance: the `Approve…Erc20KMS` forms. Without `digits`, an extension, the contract is asked for its decimals. */
    tokenApproval: z.object({ ...token, spender: address, digits: z.number().int().min(0).max(30).optional() }),
    /** Contract call: the `CallSmartContractMethodKMS` forms. */
    contractCall: z.object({ ...signing, ...method, amount: decimal.optional() }),
  };
}

/** The daemon's request for pending transactions; absent ids mean all of the chain. */
export const pendingForm = z.object({ signatureIds: z.array(signatureId).max(50_000).optional() });

/**
 * The `BroadcastKMS` form. `signatureId` is the id of the pending transaction. With `close` false, an extension, it is marked
 * as sent, and its daemon closes it when the chain has it.
 */
export const broadcastForm = z.object({
  txData: z
    .string()
    .max(500_000)
    .min(1)
    // Signed JSON may hold names with any letters.
    .regex(/^\P{Cc}+$/u, 'must be a signed transaction'),
  signatureId: z.string().min(1).max(64).optional(),
  close: z.boolean().default(true),
});

/** Errors that a daemon reports, with `final`, an extension, where nothing more happens by itself; here `signatureId` is the id of the pending transaction. */
export const reportForm = z.object({
  errors: z
    .array(z.object({ signatureId: z.string().max(64), error: z.string(), final: z.boolean().optional() }))
    .max(50_000),
});

/** The forms of `signingForms`. */
export type SigningForms = ReturnType<typeof signingForms>;
/** Type of the fields that every KMS form shares. */
export type SigningFields = z.output<SigningForms['signing']>;
export type ContractMethod = z.output<typeof contractReadForm>;

/**
 * Checks a body against a form.
 * @throws CustosError REQUEST_INVALID: lists every problem; also for a body that contains a key
 */
export function parseForm<T>(form: z.ZodType<T>, body: unknown): T {
  return parseForms(form, z.unknown(), body).first;
}

/**
 * As `parseForm`, for a transfer of outputs.
 * @throws CustosError REQUEST_INVALID: also for a transfer without a source, or with two kinds of them
 */
export function parseSpend<T extends { readonly fromAddress?: unknown; readonly fromUTXO?: unknown }>(
  form: z.ZodType<T>,
  body: unknown,
): T {
  const parsed = parseForm(form, body);
  if ((parsed.fromAddress === undefined) !== (parsed.fromUTXO === undefined)) return parsed;
  const text = 'one of fromAddress and fromUTXO must be there, and not both';
  throw documentedAs(requestInvalid([{ property: 'fromAddress', rule: 'exclusive', text }]), 'noSource');
}

/** As `parseForm`, for a form in two parts: the problems of both are listed. */
export function parseForms<First, Second>(
  first: z.ZodType<First>,
  second: z.ZodType<Second>,
  body: unknown,
): { readonly first: First; readonly second: Second } {
  refuseKeys(body);
  const [one, other] = [first.safeParse(body), second.safeParse(body)];
  if (one.success && other.success) return { first: one.data, second: other.data };
  const issues = [...(one.error?.issues ?? []), ...(other.error?.issues ?? [])];
  throw requestInvalid(
    issues.slice(0, 50).map((issue) => ({
      property: issue.path.map(String).join('.').slice(0, 200) || 'body',
      rule: issue.code,
      text: issue.message.slice(0, 300),
    })),
  );
}

const keyFields = ['fromPrivateKey', 'privateKey', 'mnemonic', 'secret', 'fromSecret', 'seed'];

function refuseKeys(body: unknown): void {
  const present = [...keysIn(body, '')];
  if (present.length === 0) return;
  throw requestInvalid(
    present.slice(0, 50).map((property) => ({
      property,
      rule: 'forbidden',
      text: `the gateway never takes keys: send signatureId in place of ${property}`,
    })),
  );
}

/** Fields with the names of keys, in the body and in the members of its lists. */
function* keysIn(value: unknown, path: string): Generator<string> {
  if (!isRecord(value)) return;
  for (const [name, member] of Object.entries(value)) {
    if (keyFields.includes(name)) yield `${path}${name}`;
    if (!Array.isArray(member) || path !== '') continue;
    for (const [at, one] of member.entries()) yield* keysIn(one, `${name}.${at}.`);
  }
}

/** A field that a parser of the core checks. */
function parsedBy<T>(parse: (value: unknown) => T) {
  return z.unknown().transform((value, context): T => {
    try {
      return parse(value);
    } catch (error) {
      if (!(error instanceof CustosError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });
}
