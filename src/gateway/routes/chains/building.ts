import type { Builder } from '../../../core/chain/builder.js';
import type { BuiltTransaction, QueueContext } from '../../../core/chain/builders/build.js';
import type { Chain } from '../../../core/chain/chain.js';
import { formatUnits } from '../../../core/chain/units.js';
import { CustosError } from '../../../core/errors.js';
import { readForm } from '../../../http/body.js';
import { checkField } from '../../../http/problems.js';
import { toSmallestUnit } from '../../amounts.js';
import { queueBuilt } from '../../building.js';
import type { ChainForm, ChainRequest } from '../../by-chain.js';
import type { RoleRoutes } from '../../caller.js';
import type { GatewayContext } from '../../context.js';

type Kind = Builder['kind'];
type BuilderOf<K extends Kind> = Extract<Builder, { readonly kind: K }>;

/** What a form asks of a builder, once all of its fields are read. */
type Work<K extends Kind> = (builder: BuilderOf<K>, context: QueueContext) => Promise<BuiltTransaction>;
/** Reads a form. @throws CustosError REQUEST_INVALID, NOT_OFFERED */
type Read<K extends Kind> = (asked: ChainRequest) => Work<K>;

/** Adds the operations of the chains with one kind of builder. */
export interface KindRoutes<K extends Kind> {
  /** @param path - below `/v3/{slug}/` */
  on(method: 'post' | 'put', path: string, read: Read<K>): void;
  /** A form of a path that chains share. */
  form(read: Read<K>): ChainForm;
}

export function kindRoutes<K extends Kind>(routes: RoleRoutes, gateway: GatewayContext, kind: K): KindRoutes<K> {
  const queue = (asked: ChainRequest, read: Read<K>) => {
    const { request, chain, body } = asked;
    const { builder } = chain;
    if (!isOf(builder, kind)) throw new CustosError('NOT_OFFERED', `nothing of ${chain.id} is built that way`);
    const work = read(asked);
    return queueBuilt(gateway, request, { chain, body }, (context) => work(builder, context));
  };
  return {
    on(method, path, read) {
      routes[method](`/v3/${gateway.slugs.of(kind)}/${path}`, ['submit'], async (request) => {
        const chain = gateway.chainOf(request.req.param('slug') ?? '');
        return queue({ request, chain, body: await readForm(request) }, read);
      });
    },
    form: (read) => ({
      offers: ({ builder }: Chain) => builder?.kind === kind,
      handle: async (asked) => queue(asked, read),
    }),
  };
}

/** A decimal amount in the one form that chains read. @throws CustosError REQUEST_INVALID */
export function amountField(property: string, text: string, decimals: number): string {
  return formatUnits(unitsField(property, text, decimals), decimals);
}

/** A decimal amount in the smallest unit. @throws CustosError REQUEST_INVALID */
export function unitsField(property: string, text: string, decimals: number): bigint {
  return checkField(property, () => toSmallestUnit(text, decimals));
}

function isOf<K extends Kind>(builder: Builder | undefined, kind: K): builder is BuilderOf<K> {
  return builder?.kind === kind;
}
