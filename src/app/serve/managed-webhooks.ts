import type { ShownWebhook } from '../../api/parts.js';
import { placeOf } from '../../api/routes/events.js';
import { deliveryJson, webhookJson } from '../../api/routes/webhooks.js';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { allEventTypes, isEventType } from '../../core/events/types.js';
import { defaultTenant, type Network, quote, type TenantId } from '../../core/ids.js';
import { silentLog } from '../../core/log.js';
import type { Secret } from '../../core/secret.js';
import { journalMac } from '../../core/store/journal-mac.js';
import type { Store } from '../../core/store/store.js';
import { journalKeyOf } from '../../vault/journal-key.js';
import { servedWebhooks } from './webhooks.js';

/** Events that one write makes due again. */
const REPLAYED = 1000;

interface ManagedParts {
  readonly store: Pick<Store, 'webhooks' | 'events' | 'access' | 'storeId'>;
  readonly rootKey: Uint8Array;
  readonly clock: Clock;
  /** Hosts that may be private and plain. */
  readonly allowedHosts: readonly string[];
}

interface WantedWebhook {
  readonly tenant: TenantId;
  readonly network: Network;
  readonly url: string;
  /** As they were typed. */
  readonly types?: readonly string[] | undefined;
}

/** A webhook without its secret. */
type ListedWebhook = Readonly<ReturnType<typeof webhookJson>> & Pick<WantedWebhook, 'tenant' | 'network'>;

/** A webhook with a secret that the caller shows once, and wipes. */
interface MadeWebhook {
  readonly shown: ListedWebhook;
  readonly secret: Secret;
}

/** Webhooks for whoever has the root key: those of all tenants, found by their ids. A server sends what they make due. */
export class ManagedWebhooks {
  readonly #store: ManagedParts['store'];
  readonly #service: ReturnType<typeof servedWebhooks>['service'];

  constructor({ store, rootKey, clock, allowedHosts }: ManagedParts) {
    const mac = journalMac(journalKeyOf(rootKey, store.storeId));
    this.#store = store;
    this.#service = servedWebhooks({ store, mac, clock, log: silentLog, allowedHosts }).service;
  }

  /** @throws CustosError TENANT_UNKNOWN, WEBHOOK_URL_REFUSED, REQUEST_INVALID */
  async add({ types, ...wanted }: WantedWebhook): Promise<MadeWebhook> {
    const known = await this.#store.access.tenants();
    if (wanted.tenant !== defaultTenant && !known.some(({ id }) => id === wanted.tenant)) {
      throw new CustosError('TENANT_UNKNOWN', `the store has no tenant ${wanted.tenant}`);
    }
    return withSecret(await this.#service.create({ ...wanted, types: types?.map(readType) }));
  }

  /** In the order of their ids. */
  async list(tenant?: TenantId): Promise<readonly ListedWebhook[]> {
    const all = await this.#store.webhooks.all();
    const own = all.filter(({ subscription }) => subscription === undefined);
    const wanted = own.filter((one) => tenant === undefined || one.tenant === tenant);
    return Promise.all(wanted.map(async (one) => shownOf(await this.#service.get(one.tenant, one.id))));
  }

  async show(id: string): Promise<ListedWebhook> {
    return shownOf(await this.#service.get(await this.#tenantOf(id), id));
  }

  /** @returns the status of the receiver, or why there was none */
  async test(id: string): Promise<string> {
    return this.#service.test(await this.#tenantOf(id), id);
  }

  async rotate(id: string): Promise<MadeWebhook> {
    return withSecret(await this.#service.rotate(await this.#tenantOf(id), id));
  }

  async enable(id: string, isEnabled: boolean): Promise<void> {
    await this.#service.enable(await this.#tenantOf(id), id, isEnabled);
  }

  async remove(id: string): Promise<void> {
    await this.#service.remove(await this.#tenantOf(id), id);
  }

  async deliveries(id: string, limit: number): Promise<readonly ReturnType<typeof deliveryJson>[]> {
    return (await this.#service.deliveries(await this.#tenantOf(id), id, limit)).map(deliveryJson);
  }

  async redeliver(id: string, delivery: number): Promise<void> {
    await this.#service.again(await this.#tenantOf(id), id, delivery);
  }

  /**
   * @param cursor - of a list of events
   * @returns how many events are sent again
   * @throws CustosError REQUEST_INVALID, EVENTS_GONE
   */
  async replay(id: string, cursor: string | undefined): Promise<number> {
    const tenant = await this.#tenantOf(id);
    let after = placeOf(cursor, await this.#store.events.number(), '--after') ?? 0;
    for (let all = 0; ; ) {
      const { count, last, isWhole } = await this.#service.replay(tenant, id, { after, limit: REPLAYED });
      all += count;
      if (isWhole) return all;
      after = last;
    }
  }

  /** @throws CustosError WEBHOOK_UNKNOWN */
  async #tenantOf(id: string): Promise<TenantId> {
    const found = (await this.#store.webhooks.all()).find((one) => one.id === id);
    if (found === undefined) throw new CustosError('WEBHOOK_UNKNOWN', `the store has no webhook ${quote(id)}`);
    return found.tenant;
  }
}

function readType(text: string) {
  if (isEventType(text)) return text;
  throw new CustosError('USAGE', `${quote(text)} is no type of events: they are ${allEventTypes.join(', ')}`);
}

function shownOf(one: ShownWebhook): ListedWebhook {
  const { tenant, network } = one.webhook;
  return { tenant, network, ...webhookJson(one) };
}

function withSecret({ secret, ...one }: ShownWebhook & { readonly secret: Secret }): MadeWebhook {
  return { shown: shownOf(one), secret };
}
