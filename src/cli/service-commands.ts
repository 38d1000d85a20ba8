import { jsonOption, serveOptions, storeOptions, testnetOption, webhookHostOption } from './options.js';
import type { CommandSpec } from './spec.js';

const access = () => import('./commands/service/access.js');

const webhooks = () => import('./commands/service/webhooks.js');

const lost = 'but its secret was not shown: `custos webhook rotate` makes a new one';

const webhookCommands: readonly CommandSpec[] = [
  {
    path: 'webhook add',
    args: '<url>',
    done: `the webhook is made, ${lost}`,
    about: 'make a webhook of what happens from now on, and print its secret once',
    options: [
      { flags: '--tenant <name>', about: 'tenant whose events it gets (default: default)' },
      {
        flags: '--type <types>',
        about: 'only these types of events, separated by commas or repeated (default: all)',
        many: true,
      },
      testnetOption,
      webhookHostOption,
      jsonOption,
      ...storeOptions,
    ],
    loadNotes: async () => (await webhooks()).typeNotes(),
    unlocks: true,
    load: async () => (await webhooks()).add,
  },
  {
    path: 'webhook list',
    about: 'list the webhooks, without their secrets',
    options: [{ flags: '--tenant <name>', about: 'only those of this tenant' }, jsonOption, ...storeOptions],
    unlocks: true,
    load: async () => (await webhooks()).list,
  },
  {
    path: 'webhook show',
    args: '<id>',
    about: 'show one webhook, without its secret',
    options: [jsonOption, ...storeOptions],
    unlocks: true,
    load: async () => (await webhooks()).show,
  },
  {
    path: 'webhook test',
    args: '<id>',
    about: 'send an event of type `webhook.test` now, and print what the receiver answers',
    options: [webhookHostOption, ...storeOptions],
    unlocks: true,
    load: async () => (await webhooks()).test,
  },
  {
    path: 'webhook rotate',
    args: '<id>',
    done: `the webhook has a new secret, ${lost}`,
    about: 'give a webhook a new secret and print it once; the former one signs nothing more',
    options: [jsonOption, ...storeOptions],
    unlocks: true,
    load: async () => (await webhooks()).rotate,
  },
  {
    path: 'webhook enable',
    args: '<id>',
    about: 'enable a webhook again: what waits is sent',
    options: storeOptions,
    unlocks: true,
    load: async () => (await webhooks()).enable,
  },
  {
    path: 'webhook disable',
    args: '<id>',
    about: 'send nothing more to a webhook until it is enabled again',
    options: storeOptions,
    unlocks: true,
    load: async () => (await webhooks()).disable,
  },
  {
    path: 'webhook remove',
    args: '<id>',
    about: 'remove a webhook with its deliveries',
    options: storeOptions,
    unlocks: true,
    load: async () => (await webhooks()).remove,
  },
  {
    path: 'webhook deliveries',
    args: '<id>',
    about: 'list what was sent to a webhook, the newest first',
    options: [{ flags: '--limit <number>', about: 'at most so many (default 100)' }, jsonOption, ...storeOptions],
    unlocks: true,
    load: async () => (await webhooks()).deliveries,
  },
  {
    path: 'webhook redeliver',
    args: '<id> <delivery>',
    about: 'send one event again, under the same id',
    options: storeOptions,
    unlocks: true,
    load: async () => (await webhooks()).redeliver,
  },
  {
    path: 'webhook replay',
    args: '<id>',
    about: 'send all events behind a cursor again, under the same ids',
    options: [
      { flags: '--after <cursor>', about: '`next` of `GET /v1/events` (default: from the first event on)' },
      ...storeOptions,
    ],
    unlocks: true,
    load: async () => (await webhooks()).replay,
  },
];

/** Commands around the API: the server, and who may use it. */
export const serviceCommands: readonly CommandSpec[] = [
  {
    path: 'serve',
    about: 'serve applications: the API, and a daemon that signs and sends what they ask for',
    options: serveOptions,
    notes: 'Without a store it makes one, and prints its recovery key and a first token once. No cloud is needed.',
    examines: true,
    given: { serve: true },
    load: async () => (await import('./commands/service/serve.js')).serve,
    supervise: async () => (await import('./commands/service/supervise.js')).superviseServe,
  },
  {
    path: 'tenant create',
    args: '<name>',
    about: 'make a tenant: its tokens see its own wallets and transactions only',
    options: storeOptions,
    unlocks: true,
    load: async () => (await access()).createTenant,
  },
  {
    path: 'tenant set',
    args: '<name>',
    about: 'say how users of a tenant prove to be there, and show it',
    options: [
      { flags: '--oidc-issuer <url>', about: 'identity provider whose tokens count, as `iss` names it' },
      { flags: '--oidc-audience <name>', about: 'what `aud` of its tokens has to contain' },
      { flags: '--oidc-owner-claim <name>', about: "claim that is the owner's id (default sub)" },
      { flags: '--oidc-jwks <url>', about: 'where its keys are (default: where its discovery document says)' },
      { flags: '--oidc-authorized-party <name>', about: 'what `azp` has to be, if it is not the audience' },
      { flags: '--oidc-off', about: 'no identity provider any more' },
      ...storeOptions,
    ],
    unlocks: true,
    load: async () => (await access()).setTenant,
  },
  {
    path: 'tenant list',
    about: 'list the tenants',
    options: [jsonOption, ...storeOptions],
    load: async () => (await access()).listTenants,
  },
  {
    path: 'token create',
    args: '<name>',
    done: 'the token is made, but it was not shown: revoke it, and make another one',
    about: 'make a token of the API and print it once',
    options: [
      { flags: '--tenant <name>', about: 'tenant that it belongs to (default: default)' },
      {
        flags: '--scope <scopes>',
        about: 'what it may do, separated by commas or repeated (default: what an application needs that pays)',
        many: true,
      },
      { flags: '--chain <chains>', about: 'only these chains, separated by commas' },
      { flags: '--wallets <ids>', about: 'only these signature IDs, separated by commas' },
      { flags: '--owner <id>', about: 'only what belongs to this owner' },
      {
        flags: '--from-network <networks>',
        about: 'only connections from these networks, such as 10.0.0.0/8; separated by commas or repeated',
        many: true,
      },
      { flags: '--rate <number>', about: 'most requests a second on average (default 100)' },
      { flags: '--expires-in <days>', about: 'for how many days it is valid (default: until it is revoked)' },
      jsonOption,
      ...storeOptions,
    ],
    loadNotes: async () => (await access()).scopeNotes(),
    unlocks: true,
    load: async () => (await access()).createToken,
  },
  {
    path: 'token list',
    about: 'list the tokens, without their secrets',
    options: [{ flags: '--tenant <name>', about: 'only those of this tenant' }, jsonOption, ...storeOptions],
    unlocks: true,
    load: async () => (await access()).listTokens,
  },
  {
    path: 'token revoke',
    args: '<id>',
    about: 'end a token for good; running servers refuse it within a second',
    options: storeOptions,
    unlocks: true,
    load: async () => (await access()).revokeToken,
  },
  ...webhookCommands,
];
