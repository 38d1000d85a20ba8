import { readSignedMessage } from '../../core/chain/message-content.js';
import { CustosError } from '../../core/errors.js';
import { isRecord } from '../../http/json.js';
import { canonicalJson } from '../../policy/canonical-json.js';
import { requireScope } from '../caller.js';
import type { SignatureForm } from '../signature-forms.js';
import {
  type Account,
  bytesAt,
  type CallContext,
  type Method,
  paramsInvalid,
  requireAccount,
  textAt,
} from './method.js';
import { askedBy, signerOf, takeOver } from './taking.js';

/** EIP-191: the address first. */
export const ethSign: Method = async (params, context) =>
  signedBytes(textAt(params, 0, 'address'), bytesAt(params, 1, 'data'), context);

/** EIP-191: the data first; a password behind them means nothing here. */
export const personalSign: Method = async (params, context) =>
  signedBytes(textAt(params, 1, 'address'), bytesAt(params, 0, 'data'), context);

/** EIP-712: an address, and the typed data as an object or as its JSON text. */
export const signTypedData: Method = async (params, context) => {
  requireScope(context.caller, 'typed-data:sign');
  const typedData = params[1];
  if (typeof typedData !== 'string' && !isRecord(typedData)) {
    throw paramsInvalid('parameter 2, typed data, is neither an object nor its JSON text');
  }
  const account = await requireAccount(textAt(params, 0, 'address'), context);
  const { id: chain } = context.chain;
  return signature({ kind: 'typed-data', chain, from: signerOf(account.key), typedData }, account, context);
};

/** clef's: what kind of data, the address, the bytes. Headers of clique and intended validators are not signed. */
export const accountSignData: Method = async (params, context) => {
  const type = textAt(params, 0, 'content type');
  const data = bytesAt(params, 2, 'data');
  if (!/^text\/plain *(;|$)/.test(type)) {
    throw new CustosError('MESSAGE_UNSUPPORTED', 'only text/plain is signed, as EIP-191 says');
  }
  return signedBytes(textAt(params, 1, 'address'), data, context);
};

/** A hash that may stand for anything. @param hash - 0x and 64 hexadecimal digits */
export async function signHash(address: string, hash: string, context: CallContext): Promise<string> {
  requireScope(context.caller, 'hashes:sign');
  const account = await requireAccount(address, context);
  return signature({ kind: 'hash', chain: context.chain.id, from: signerOf(account.key), hash }, account, context);
}

async function signedBytes(address: string, bytes: string, context: CallContext): Promise<string> {
  requireScope(context.caller, 'messages:sign');
  const account = await requireAccount(address, context);
  return signature({ kind: 'message', chain: context.chain.id, from: signerOf(account.key), bytes }, account, context);
}

async function signature(form: SignatureForm, { wallets }: Account, context: CallContext): Promise<string> {
  // A text with half a character is no message, and is refused before anything is written.
  canonicalJson(form);
  const submit = () => context.parts.signatures.submit({ ...askedBy(context), form, wallets });
  const { signed } = await takeOver(context, [form], submit);
  if (signed === undefined) throw new CustosError('INTERNAL', 'a signed message has no signature');
  return readSignedMessage(signed).signature;
}
