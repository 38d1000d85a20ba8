import { z } from 'zod';
import type { TronAction } from '../../core/chain/builders/tron.js';
import { readForm } from '../../http/body.js';
import { requestInvalid } from '../../http/problems.js';
import type { RoleRoutes } from '../caller.js';
import type { GatewayContext } from '../context.js';
import { creationData } from '../contracts/calls.js';
import { codeOf } from '../contracts/codes.js';
import { addressField } from '../enqueue.js';
import { bareAddress } from '../ethereum/bare-address.js';
import { address, parseForm } from '../requests.js';
import { amount, digits, numericAmount, wholeAmount } from './parts.js';
import { account, queueTron } from './queue-tron.js';

const transfer = { ...account, to: address, amount };
const text = z.string().min(1).max(100);
/** Names of contracts have at most 32 bytes. */
const MAX_NAME = 32;
/** What a stake buys. */
const stakeForm = z.object({ ...account, amount, resource: z.enum(['BANDWIDTH', 'ENERGY']) });

/** Forms of TRX, of stakes and of tokens of TRC-10 and TRC-20. */
const forms = {
  coins: z.object(transfer),
  trc10: z.object({ ...transfer, tokenId: text, digits }),
  trc20: z.object({ ...transfer, tokenAddress: address, feeLimit: numericAmount, digits }),
  issue: z.object({
    ...account,
    ...{ recipient: address, name: text, abbreviation: text, description: text, url: text },
    totalSupply: numericAmount,
    decimals: z.number().int().min(0).max(5),
  }),
  token: z.object({
    ...account,
    ...{ recipient: address, name: text, symbol: text },
    totalSupply: wholeAmount,
    decimals: z.number().int().min(0).max(30),
    // An extension; the documented form has no limit, and its builder takes a thousand TRX.
    feeLimit: numericAmount.default('1000'),
  }),
};

/** Routes that queue what accounts of Tron ask for. */
export function tronRoutes(routes: RoleRoutes, gateway: GatewayContext): void {
  const slug = gateway.slugs.of('tron');
  const add = <T extends z.output<z.ZodObject<typeof account>>>(
    path: string,
    form: z.ZodType<T>,
    actionOf: (read: T, place: Read) => TronAction,
  ) => {
    routes.post(`/v3/${slug}/${path}`, ['submit'], async (request) => {
      const chain = gateway.chainOf(request.req.param('slug') ?? '');
      const body = await readForm(request);
      const read = parseForm(form, body);
      const place = {
        read: (property: string, given: string) => addressField(gateway, chain, property, given),
        bare: bareAddress(gateway, chain),
      };
      return queueTron(gateway, request, { chain, body, read, action: actionOf(read, place) });
    });
  };
  add('transaction', forms.coins, ({ to, amount: units }, { read }) => {
    return { kind: 'coins', to: read('to', to), amount: units };
  });
  add('trc10/transaction', forms.trc10, ({ to, amount: units, tokenId: token, digits: declared }, { read }) => {
    return {
      kind: 'trc10',
      to: read('to', to),
      amount: units,
      token,
      ...(declared !== undefined && { digits: declared }),
    };
  });
  add(
    'trc20/transaction',
    forms.trc20,
    ({ to, amount: units, tokenAddress, feeLimit, digits: declared }, { read }) => ({
      ...{ kind: 'trc20', to: read('to', to), contract: read('tokenAddress', tokenAddress), amount: units, feeLimit },
      ...(declared !== undefined && { digits: declared }),
    }),
  );
  add('freezeBalance', stakeForm, ({ amount: units, resource }) => ({ kind: 'freeze', amount: units, resource }));
  add('unfreezeBalance', stakeForm, ({ amount: units, resource }) => ({ kind: 'unfreeze', amount: units, resource }));
  add('trc10/deploy', forms.issue, ({ from, recipient, totalSupply, ...rest }, { read }) => {
    if (read('recipient', recipient) !== read('from', from)) {
      const reason = 'the network gives all of a new TRC-10 token to the account that makes it';
      throw requestInvalid([{ property: 'recipient', rule: 'equal', text: reason }]);
    }
    return { kind: 'issue', supply: totalSupply, ...rest };
  });
  add('trc20/deploy', forms.token, ({ name, symbol, recipient, decimals, totalSupply, feeLimit }, { read, bare }) => {
    const holder = bare(read('recipient', recipient));
    const types = ['string', 'string', 'address', 'uint8', 'uint256', 'uint256'];
    const code = creationData(codeOf(gateway, 'token'), types, [
      ...[name, symbol, holder, BigInt(decimals)],
      ...[totalSupply, totalSupply],
    ]);
    return { kind: 'creation', name: Buffer.byteLength(name) <= MAX_NAME ? name : 'Token', code, feeLimit };
  });
}

/** Reads an address of the request in the chain's own form. */
interface Read {
  readonly read: (property: string, given: string) => string;
  /** As contracts see it. */
  readonly bare: (given: string) => string;
}
