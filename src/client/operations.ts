/**
 * The operations of the API and their forms, made by `npm run docs` from the table that routes and validates. Not to be edited.
 */

export type Activity = {
  readonly data: readonly ActivitySlice[];
};

export type ActivitySlice = {
  /** it is a quarter of an hour long */
  readonly from: string;
  readonly accepted: number;
  readonly signed: number;
  /** how often something began to wait for approvals or a person */
  readonly held: number;
  readonly denied: number;
  readonly failed: number;
  readonly completed: number;
  /** milliseconds from request to signed bytes, with all waiting; null: nothing was signed */
  readonly signedAfter: {
    /** half took no longer */
    readonly half: number;
    /** 95 of 100 took no longer */
    readonly most: number;
  } | null;
};

export type Address = {
  readonly index: number;
  readonly address: string;
};

export type AddressPage = {
  readonly data: readonly Address[];
  readonly next: string | null;
};

export type ApprovalRequest = {
  readonly id: string;
  readonly kind: 'transaction' | 'message' | 'typed-data' | 'hash';
  readonly chain: string;
  readonly network: 'mainnet' | 'testnet';
  readonly wallets: readonly string[];
  /** what it does, in one sentence */
  readonly text: string;
  readonly reference: string | null;
  readonly createdAt: string;
  readonly policy: PolicyVerdict | null;
  readonly approvals: ApprovalsStanding | null;
  /** what to read before deciding */
  readonly lines: readonly string[];
  /** all that it does; amounts in smallest units */
  readonly effects: readonly ({
    readonly op: string;
    readonly [name: string]: unknown;
  })[];
  /** what `custos approve --request` takes on the machine of the person, which decodes it again */
  readonly request: {
    readonly custosApprovalRequest: 1;
    readonly [name: string]: unknown;
  };
};

export type ApprovalsStanding = {
  /** `denied`: the policy does not allow it, whoever approves; `unreadable`: `text` says what is wrong with it */
  readonly state: 'met' | 'missing' | 'rejected' | 'denied' | 'unreadable';
  /** in one line */
  readonly text: string;
  readonly missing: readonly ({
    /** of the policy; null where everything needs it */
    readonly rule: string | null;
    /** such as `2 of treasury` */
    readonly demand: string;
    /** one sentence each; empty if it is allowed */
    readonly approved: readonly string[];
    /** who can still approve */
    readonly open: readonly string[];
  })[];
  /** those that count now */
  readonly votes: readonly ({
    readonly person: string;
    readonly decision: 'approve' | 'reject';
    readonly expiresAt: string;
  })[];
};

export type AuditEventProof = {
  readonly custosAuditProof: 1;
  readonly store: string;
  /** a signed note (C2SP checkpoint) */
  readonly checkpoint: string;
  /** hashes in Base64, as RFC 6962 orders them */
  readonly proof: readonly string[];
  /** as in an export */
  readonly event: {
    readonly [name: string]: unknown;
  };
};

export type AuditEvents = {
  readonly data: readonly ({
    /** name of the log and place in it */
    readonly id: string;
    readonly at: string | null;
    /** null: it was pruned */
    readonly event: string | null;
    /** of the leaf, in Base64 */
    readonly hash: string;
    /** null: it was deleted */
    readonly detail: {
      readonly [name: string]: unknown;
    } | null;
  })[];
};

export type AuditGrowthProof = {
  readonly store: string;
  /** a signed note (C2SP checkpoint) */
  readonly checkpoint: string;
  /** hashes in Base64, as RFC 6962 orders them */
  readonly proof: readonly string[];
  /** of the log before */
  readonly size: number;
};

export type AuthenticationResponse = {
  readonly id: string;
  readonly type: 'public-key';
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    readonly userHandle?: string | null | undefined;
  };
};

export type Budget = {
  /** id of the limit in the policy in force */
  readonly limit: string;
  /** `wallet ID` or `to ADDRESS`, where each has a budget of its own */
  readonly part: string | null;
  /** null: it counts transactions */
  readonly asset: string | null;
  readonly used: string;
  readonly max: string;
  /** from when on it counts; null: from the beginning */
  readonly since: string | null;
  /** so full it is; 1000 is full */
  readonly thousandths: number;
};

export type Budgets = {
  readonly data: readonly Budget[];
};

export type ChainStanding = {
  readonly chain: string;
  /** how many transactions have not ended, by state */
  readonly open: readonly ({
    readonly state: 'claimed' | 'held' | 'signed' | 'broadcast';
    readonly count: number;
  })[];
  /** when the oldest of them came */
  readonly oldestAt: string | null;
  /** as the process that answers knows it; null: it has not asked there */
  readonly way: {
    /** the last poll with an answer */
    readonly polledAt: string | null;
    /** polls since then */
    readonly failedPolls: number;
    /** since when the way to node or cloud is shut after faults */
    readonly shutAt: string | null;
  } | null;
};

export type ChainStandings = {
  readonly data: readonly ChainStanding[];
};

export type CountedOwner = {
  readonly id: string;
  readonly mostWallets: number | null;
  /** requests a minute that are made for this owner alone */
  readonly mostRequests: number | null;
  /** null: no limits of spending */
  readonly mostSpent: readonly SpendingLimit[] | null;
  readonly createdAt: string;
  /** how many the owner has, on both networks */
  readonly wallets: number;
};

export type CreationOptions = {
  readonly challenge: string;
  /** milliseconds */
  readonly timeout: number;
  readonly rp: {
    readonly id: string;
    readonly name: string;
  };
  readonly user: {
    readonly id: string;
    readonly name: string;
    readonly displayName: string;
  };
  readonly pubKeyCredParams: readonly ({
    readonly type: 'public-key';
    readonly alg: number;
  })[];
  readonly excludeCredentials: readonly ({
    readonly id: string;
    readonly type: 'public-key';
    readonly transports: readonly string[];
  })[];
  readonly authenticatorSelection: {
    readonly residentKey: string;
    readonly userVerification: string;
  };
  readonly attestation: 'none';
};

export type CreationOptionsRequest = {
  /** what the authenticator shows as the user's account; the owner's id if it is not said. It is not stored here */
  readonly user?: string | undefined;
};

export type Decision = {
  readonly custosApproval: 1;
  /** the signed lines */
  readonly text: string;
  readonly signature: string;
};

export type DecisionMade = {
  /** null: no person of the constitution in force has the key, or it signed something else */
  readonly person: string | null;
  /** the key that signed it */
  readonly key: string;
  readonly decision: 'approve' | 'reject';
  /** when the store got it */
  readonly at: string;
  /** something was signed with it */
  readonly isSpent: boolean;
};

export type DecisionsMade = {
  readonly data: readonly DecisionMade[];
};

export type Delivery = {
  /** number within the webhook */
  readonly delivery: string;
  readonly state: 'waiting' | 'delivered' | 'failed';
  readonly attempts: number;
  /** the status of the last try, or why there was none */
  readonly answer: string | null;
  /** when it is tried again */
  readonly nextAt: string | null;
};

export type DeliveryList = {
  readonly data: readonly Delivery[];
};

export type ErrorKind = {
  readonly code: string;
  readonly status: number;
  readonly retryable: boolean;
  readonly hint: string;
};

export type Event = {
  /** the same for ever: whoever gets an event twice knows it by this */
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: {
    readonly transaction: string;
    readonly state: 'claimed' | 'held' | 'signed' | 'broadcast' | 'completed' | 'denied' | 'failed' | 'cancelled';
    readonly chain: string;
    readonly network: 'mainnet' | 'testnet';
    readonly kind: 'transaction' | 'message' | 'typed-data' | 'hash';
    readonly reference: string | null;
    readonly txId: string | null;
    readonly error: {
      readonly code: string;
      readonly detail: string;
    } | null;
  } | {
    readonly [name: string]: unknown;
  };
};

export type EventPage = {
  readonly data: readonly Event[];
  /** where to read on, also if there is nothing yet */
  readonly next: string;
};

export type Finding = {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'problem';
  readonly text: string;
  readonly remedy: string | null;
};

export type Findings = {
  /** when it was examined */
  readonly at: string;
  readonly data: readonly Finding[];
};

export type Freeze = {
  readonly id: string;
  readonly scope: string;
  readonly reason: string;
  /** `unverified`: a person signed it, and no daemon has verified that yet */
  readonly state: 'active' | 'unverified' | 'ended';
  /** milliseconds since 1970 */
  readonly at: number;
  /** the key of who signed it */
  readonly by?: string | undefined;
  /** who asked for it, logged in to the console */
  readonly person?: string | undefined;
  readonly endedAt?: number | undefined;
  /** its lines; the whole answer is what `custos unfreeze --request` takes */
  readonly text: string;
};

export type FreezeEndRequest = {
  /** what `custos unfreeze --request` prints */
  readonly signatures: readonly UnfreezeSignature[];
};

export type FreezePage = {
  readonly data: readonly Freeze[];
  readonly next: string | null;
};

export type FreezeRequest = {
  /** `all`, `chain TICKER`, `tag NAME` or `wallet ID` */
  readonly scope: string;
  /** for people */
  readonly reason: string;
};

export type Health = {
  readonly status: 'ok';
  readonly version: string;
  readonly network: 'mainnet' | 'testnet';
};

export type LinesToSign = {
  /** ASCII, to the last line end */
  readonly text: string;
};

export type LoginRequest = {
  readonly password: string;
};

export type NewToken = {
  readonly id: string;
  /** what the application sends; shown only here */
  readonly token: string;
};

export type NewWallets = {
  readonly data: readonly Wallet[];
};

export type NewWebhook = {
  readonly id: string;
  readonly url: string;
  readonly types: readonly string[] | null;
  readonly enabled: boolean;
  /** ed25519, for signatures `v1a`: `whpk_` and Base64 */
  readonly publicKey: string;
  readonly createdAt: string;
  /** for signatures `v1`: `whsec_` and Base64; shown once */
  readonly secret: string;
};

export type Owner = {
  readonly id: string;
  readonly mostWallets: number | null;
  /** requests a minute that are made for this owner alone */
  readonly mostRequests: number | null;
  /** null: no limits of spending */
  readonly mostSpent: readonly SpendingLimit[] | null;
  readonly createdAt: string;
};

export type OwnerPage = {
  readonly data: readonly Owner[];
  readonly next: string | null;
};

export type OwnerRequest = {
  /** null: no limit of their own; if it is left out, the limit stays as it is */
  readonly mostWallets?: number | null | undefined;
  /** requests a minute that are made for this owner alone; null and left out as above */
  readonly mostRequests?: number | null | undefined;
  /** what may be spent, asset by asset; what is not listed has no limit; null and left out as above */
  readonly mostSpent?: readonly SpendingLimitRequest[] | null | undefined;
};

export type Passkey = {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
};

export type PasskeyList = {
  readonly data: readonly Passkey[];
};

export type PasskeyLoginRequest = {
  /** what `navigator.credentials.get()` gave, by `toJSON()` */
  readonly credential: AuthenticationResponse;
};

export type PasskeyRequest = {
  /** by which the user knows it again, such as `my phone` */
  readonly name: string;
  /** what `navigator.credentials.create()` gave, by `toJSON()` */
  readonly credential: RegistrationResponse;
};

export type PasswordRequest = {
  /** at least 12 characters; compared in the form NFKC */
  readonly password: string;
};

export type Policy = {
  readonly version: number;
  /** `sha256:` and hexadecimal digits */
  readonly hash: string;
  /** `replaced`: a higher version came while it waited */
  readonly state: 'in force' | 'waiting' | 'former' | 'replaced';
  readonly publishedAt: string;
  readonly effectiveAt: string;
  /** keys */
  readonly signedBy: readonly string[];
  /** everything that it says, for reading */
  readonly lines: readonly string[];
  /** as it was published */
  readonly policy: {
    readonly [name: string]: unknown;
  };
};

export type PolicyBacktest = {
  /** transactions of all tenants */
  readonly judged: number;
  /** those that were signed, and would not have been */
  readonly changed: number;
  /** those that cannot be decoded now */
  readonly undecided: number;
  /** those of the caller, the oldest first; approvals and initiators are not known here */
  readonly data: readonly ({
    readonly id: string;
    readonly chain: string;
    readonly state: string;
    readonly createdAt: string;
    readonly verdict: 'allow' | 'hold' | 'deny' | 'unknown';
    readonly reasons: readonly string[];
  })[];
};

export type PolicyCheck = {
  readonly version: number;
  /** `sha256:` and hexadecimal digits */
  readonly hash: string;
  /** everything that it says, for reading */
  readonly lines: readonly string[];
  readonly findings: readonly ({
    readonly level: 'mistake' | 'note';
    readonly what: string;
    readonly text: string;
  })[];
};

export type PolicyDiff = {
  /** the version that it is compared with */
  readonly from: number;
  /** `widens`: it permits something more, and takes the higher quorum */
  readonly effect: 'widens' | 'narrows' | 'same';
  readonly changes: readonly ({
    /** `widens`: it permits something more, and takes the higher quorum */
    readonly effect: 'widens' | 'narrows' | 'same';
    readonly what: string;
    readonly why: string;
  })[];
};

export type PolicyDraft = {
  /** as policy.md says */
  readonly policy: unknown;
};

export type PolicyLines = {
  /** as which it is signed */
  readonly act: 'widen' | 'narrow';
  /** `sha256:` and hexadecimal digits */
  readonly hash: string;
  /** ASCII, to the last line end */
  readonly text: string;
};

export type PolicyPublication = {
  /** as policy.md says */
  readonly policy: unknown;
  /** what `custos policy sign` prints */
  readonly signatures: readonly PolicySignature[];
  /** hours that it waits, if it widens; 24 by default, and at least */
  readonly delay?: number | undefined;
};

export type PolicySignature = {
  readonly custosSignature: 1;
  readonly act: 'widen' | 'narrow';
  readonly hash: string;
  /** the key that signed it */
  readonly key: string;
  readonly signature: string;
};

export type PolicyVerdict = {
  readonly version: number;
  readonly hash: string;
  /** `hold`: approvals are missing */
  readonly verdict: 'allow' | 'hold' | 'deny';
  /** one sentence each; empty if it is allowed */
  readonly reasons: readonly string[];
  /** ids of the rules that cover, forbid, limit or hold it */
  readonly rules: readonly string[];
  /** what it takes of limits */
  readonly charges: readonly ({
    readonly limit: string;
    readonly amount: string;
    readonly used: string;
    readonly max: string;
    /** `awaits`: approvals would raise the limit */
    readonly fits: 'yes' | 'raised' | 'awaits' | 'no';
  })[];
};

export type PolicyVersion = {
  readonly version: number;
  /** `sha256:` and hexadecimal digits */
  readonly hash: string;
  /** `replaced`: a higher version came while it waited */
  readonly state: 'in force' | 'waiting' | 'former' | 'replaced';
  readonly publishedAt: string;
  readonly effectiveAt: string;
  /** keys */
  readonly signedBy: readonly string[];
};

export type PolicyVersions = {
  readonly data: readonly PolicyVersion[];
};

export type Preview = {
  readonly summary: {
    readonly text: string;
    readonly [name: string]: unknown;
  };
  readonly digest: string;
  /** highest fee, in the smallest unit of what pays it */
  readonly fee: {
    readonly asset: string;
    readonly amount: string;
  };
  /** what the policy would say now, and what it would charge */
  readonly policy: PolicyVerdict | null;
  /** who would have to approve */
  readonly approvals: ApprovalsStanding | null;
  /** whether it fits into what the owner of its wallets may spend now; null where nothing bounds them */
  readonly ownerLimits: {
    readonly fits: boolean;
    /** why it does not fit */
    readonly reason: string | null;
  } | null;
};

export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly retryable: boolean;
  readonly errors?: readonly ({
    readonly in: string;
    readonly pointer: string;
    readonly code: string;
    readonly detail: string;
  })[] | undefined;
};

export type RegistrationResponse = {
  readonly id: string;
  readonly type: 'public-key';
  readonly response: {
    readonly clientDataJSON: string;
    readonly attestationObject: string;
    readonly transports?: readonly string[] | undefined;
  };
};

export type Replay = {
  /** how many */
  readonly events: number;
  /** ask again with it as `after`; null: that was all */
  readonly next: string | null;
};

export type ReplayForm = {
  /** a cursor of `listEvents`; absent: from the first event on */
  readonly after?: string | undefined;
};

export type RequestOptions = {
  readonly challenge: string;
  /** milliseconds */
  readonly timeout: number;
  readonly rpId: string;
  readonly allowCredentials: readonly ({
    readonly id: string;
    readonly type: 'public-key';
    readonly transports: readonly string[];
  })[];
  readonly userVerification: string;
};

export type Session = {
  /** what the user sends in `Custos-User-Token`; shown only here */
  readonly session: string;
  readonly expiresAt: string;
};

export type Signature = {
  readonly id: string;
  /** `completed`, `denied`, `failed` and `cancelled` are ends */
  readonly state: 'claimed' | 'held' | 'signed' | 'broadcast' | 'completed' | 'denied' | 'failed' | 'cancelled';
  readonly chain: string;
  readonly network: 'mainnet' | 'testnet';
  /** what it does; null before it is decoded */
  readonly summary: {
    readonly text: string;
    readonly [name: string]: unknown;
  } | null;
  readonly sender: string | null;
  readonly error: {
    readonly code: string;
    readonly detail: string;
  } | null;
  readonly reference: string | null;
  readonly expiresAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** not in lists; null before it is complete, once it is signed, and where there is none */
  readonly policy?: PolicyVerdict | null | undefined;
  /** not in lists; null before it is complete, once it is signed, and where there is none */
  readonly approvals?: ApprovalsStanding | null | undefined;
  readonly kind: 'message' | 'typed-data' | 'hash';
  readonly wallet: string;
  readonly index: number | null;
  /** hash of the framed bytes, in hexadecimal digits, once it is signed */
  readonly digest: string | null;
  /** in the form that messages.md names for the chain, once it is completed */
  readonly signature: string | null;
  /** where the signature alone does not say whose it is */
  readonly publicKey: string | null;
};

export type SignaturePage = {
  readonly data: readonly Signature[];
  readonly next: string | null;
};

export type SignatureRequest = {
  readonly kind: 'message';
  /** ticker of the chain */
  readonly chain: string;
  /** the application's own name for it; not unique */
  readonly reference?: string | undefined;
  /** seconds within which it must be signed */
  readonly expiresIn?: number | undefined;
  /** who signs; `index` for a wallet with a mnemonic */
  readonly from: {
    readonly wallet: string;
    readonly index?: number | undefined;
  };
  /** UTF-8; either this or `bytes` */
  readonly text?: string | undefined;
  readonly bytes?: string | undefined;
} | {
  readonly kind: 'typed-data';
  /** ticker of the chain */
  readonly chain: string;
  /** the application's own name for it; not unique */
  readonly reference?: string | undefined;
  /** seconds within which it must be signed */
  readonly expiresIn?: number | undefined;
  /** who signs; `index` for a wallet with a mnemonic */
  readonly from: {
    readonly wallet: string;
    readonly index?: number | undefined;
  };
  /** EIP-712: a JSON text, or the object itself */
  readonly typedData: string | unknown;
} | {
  readonly kind: 'hash';
  /** ticker of the chain */
  readonly chain: string;
  /** the application's own name for it; not unique */
  readonly reference?: string | undefined;
  /** seconds within which it must be signed */
  readonly expiresIn?: number | undefined;
  /** who signs; `index` for a wallet with a mnemonic */
  readonly from: {
    readonly wallet: string;
    readonly index?: number | undefined;
  };
  readonly hash: string;
};

export type SpendingLimit = {
  readonly chain: string;
  readonly token: string | null;
  readonly decimals: number;
  readonly aDay: string | null;
  readonly aTransaction: string | null;
};

export type SpendingLimitRequest = {
  /** ticker of the chain */
  readonly chain: string;
  /** contract or identifier; left out: the coin */
  readonly token?: string | undefined;
  /** of the token, which needs them; its own word is not believed */
  readonly decimals?: number | undefined;
  /** whole coins in 24 hours, fees included; one of the two is needed */
  readonly aDay?: string | undefined;
  /** whole coins in one transaction, its fee included */
  readonly aTransaction?: string | undefined;
};

export type Token = {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly chains: readonly string[] | null;
  readonly wallets: readonly string[] | null;
  readonly owners: readonly string[] | null;
  readonly from: readonly string[] | null;
  readonly rate: number;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
};

export type TokenPage = {
  readonly data: readonly Token[];
  readonly next: string | null;
};

export type TokenRequest = {
  readonly name: string;
  readonly scopes: readonly ('wallets:read' | 'wallets:create' | 'owners:read' | 'owners:manage' | 'transactions:read' | 'transactions:create' | 'transactions:cancel' | 'transactions:retry' | 'signatures:read' | 'messages:sign' | 'typed-data:sign' | 'hashes:sign' | 'events:read' | 'users:login' | 'users:manage' | 'webhooks:manage' | 'freezes:read' | 'freezes:create' | 'freezes:end' | 'policies:read' | 'policies:write' | 'audit:read' | 'health:read' | 'approvals:read' | 'approvals:decide' | 'gateway:submit' | 'gateway:sign' | 'gateway:read' | 'tokens:manage')[];
  readonly chains?: readonly string[] | undefined;
  readonly wallets?: readonly string[] | undefined;
  /** only what belongs to these; the rest is to it as if it did not exist */
  readonly owners?: readonly string[] | undefined;
  /** networks such as `10.0.0.0/8` */
  readonly from?: readonly string[] | undefined;
  readonly rate?: number | undefined;
  /** seconds */
  readonly expiresIn?: number | undefined;
};

export type Transaction = {
  readonly id: string;
  /** `completed`, `denied`, `failed` and `cancelled` are ends */
  readonly state: 'claimed' | 'held' | 'signed' | 'broadcast' | 'completed' | 'denied' | 'failed' | 'cancelled';
  readonly chain: string;
  readonly network: 'mainnet' | 'testnet';
  /** what it does; null before it is decoded */
  readonly summary: {
    readonly text: string;
    readonly [name: string]: unknown;
  } | null;
  readonly sender: string | null;
  readonly error: {
    readonly code: string;
    readonly detail: string;
  } | null;
  readonly reference: string | null;
  readonly expiresAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** not in lists; null before it is complete, once it is signed, and where there is none */
  readonly policy?: PolicyVerdict | null | undefined;
  /** not in lists; null before it is complete, once it is signed, and where there is none */
  readonly approvals?: ApprovalsStanding | null | undefined;
  readonly kind: 'transaction';
  readonly wallets: readonly string[];
  /** of the completed form: `sha256:` and hexadecimal digits */
  readonly digest: string | null;
  readonly nonce: string | null;
  readonly txId: string | null;
  readonly delivery: 'broadcast' | 'return';
  /** the signed bytes, with the delivery `return` once it is completed */
  readonly signed: string | null;
};

export type TransactionEvents = {
  readonly data: readonly ({
    readonly at: string;
    readonly event: string;
    readonly fact: {
      readonly [name: string]: unknown;
    };
  })[];
};

export type TransactionPage = {
  readonly data: readonly Transaction[];
  readonly next: string | null;
};

export type TransactionRequest = {
  readonly kind: 'transfer';
  /** ticker of the chain */
  readonly chain: string;
  /** the application's own name for it; not unique */
  readonly reference?: string | undefined;
  /** seconds within which it must be signed */
  readonly expiresIn?: number | undefined;
  /** `return`: the signed bytes come back, and nothing is sent */
  readonly delivery?: 'broadcast' | 'return' | undefined;
  /** who pays and signs; `index` for a wallet with a mnemonic */
  readonly from: {
    readonly wallet: string;
    readonly index?: number | undefined;
  };
  readonly to: string;
  /** whole coins or tokens */
  readonly amount: string;
  /** the token; without it, coins are paid (payments.md) */
  readonly token?: string | undefined;
  readonly decimals?: number | undefined;
  readonly memo?: string | undefined;
  readonly tag?: string | undefined;
  /** highest fee, in whole units of what pays it */
  readonly maxFee?: string | undefined;
} | {
  readonly kind: 'call';
  /** ticker of the chain */
  readonly chain: string;
  /** the application's own name for it; not unique */
  readonly reference?: string | undefined;
  /** seconds within which it must be signed */
  readonly expiresIn?: number | undefined;
  /** `return`: the signed bytes come back, and nothing is sent */
  readonly delivery?: 'broadcast' | 'return' | undefined;
  /** who pays and signs; `index` for a wallet with a mnemonic */
  readonly from: {
    readonly wallet: string;
    readonly index?: number | undefined;
  };
  readonly to: string;
  readonly data: string;
  /** whole coins that go along */
  readonly value?: string | undefined;
} | {
  readonly kind: 'deploy';
  /** ticker of the chain */
  readonly chain: string;
  /** the application's own name for it; not unique */
  readonly reference?: string | undefined;
  /** seconds within which it must be signed */
  readonly expiresIn?: number | undefined;
  /** `return`: the signed bytes come back, and nothing is sent */
  readonly delivery?: 'broadcast' | 'return' | undefined;
  /** who pays and signs; `index` for a wallet with a mnemonic */
  readonly from: {
    readonly wallet: string;
    readonly index?: number | undefined;
  };
  readonly data: string;
  /** whole coins or tokens */
  readonly value?: string | undefined;
} | {
  readonly kind: 'raw';
  /** ticker of the chain */
  readonly chain: string;
  /** the application's own name for it; not unique */
  readonly reference?: string | undefined;
  /** seconds within which it must be signed */
  readonly expiresIn?: number | undefined;
  /** `return`: the signed bytes come back, and nothing is sent */
  readonly delivery?: 'broadcast' | 'return' | undefined;
  /** who signs, the sender first */
  readonly keys: readonly ({
    readonly wallet: string;
    readonly index?: number | undefined;
  })[];
  /** in the form that chains.md names for the chain */
  readonly unsigned: string;
};

export type UnfreezeSignature = {
  readonly custosUnfreeze: 1;
  /** its id */
  readonly freeze: string;
  /** the key that signed it */
  readonly key: string;
  readonly signature: string;
};

export type WaitingApproval = {
  readonly id: string;
  readonly kind: 'transaction' | 'message' | 'typed-data' | 'hash';
  readonly chain: string;
  readonly network: 'mainnet' | 'testnet';
  readonly wallets: readonly string[];
  /** what it does, in one sentence */
  readonly text: string;
  readonly reference: string | null;
  readonly createdAt: string;
  readonly policy: PolicyVerdict | null;
  readonly approvals: ApprovalsStanding | null;
};

export type WaitingApprovalPage = {
  readonly data: readonly WaitingApproval[];
  readonly next: string | null;
};

export type Wallet = {
  readonly id: string;
  readonly chain: string;
  readonly network: 'mainnet' | 'testnet';
  /** `remote`: a token or key service holds the one key */
  readonly kind: 'hd' | 'key' | 'remote';
  /** the one address, or that of index 0; null where only an index gives one */
  readonly address: string | null;
  readonly xpub: string | null;
  readonly label: string | null;
  readonly owner: string | null;
  readonly slot: string | null;
  readonly tags: readonly string[];
  readonly requireUserToken: boolean;
  readonly state: 'active' | 'suspended' | 'deactivated' | 'compromised' | 'destroyed';
  readonly createdAt: string;
  /** of the `address` that was searched for, in a wallet with a mnemonic; else null */
  readonly index: number | null;
};

export type WalletPage = {
  readonly data: readonly Wallet[];
  readonly next: string | null;
};

export type WalletPlaceRequest = {
  readonly slot?: string | undefined;
  /** `hd`: many addresses below one mnemonic; `key`: one; by default the chain's usual */
  readonly kind?: 'hd' | 'key' | undefined;
  /** for people and for searching; not unique */
  readonly label?: string | undefined;
  /** what rules of a policy go by */
  readonly tags?: readonly string[] | undefined;
  /** nothing is signed with it without a proof of its owner */
  readonly requireUserToken?: boolean | undefined;
};

export type WalletRequest = {
  /** ticker of the chain */
  readonly chain: string;
  /** the application's user; without one it is the application's own */
  readonly owner?: string | undefined;
  /** tells several wallets of one owner and chain apart; `main` by default */
  readonly slot?: string | undefined;
  /** `hd`: many addresses below one mnemonic; `key`: one; by default the chain's usual */
  readonly kind?: 'hd' | 'key' | undefined;
  /** for people and for searching; not unique */
  readonly label?: string | undefined;
  /** what rules of a policy go by */
  readonly tags?: readonly string[] | undefined;
  /** nothing is signed with it without a proof of its owner */
  readonly requireUserToken?: boolean | undefined;
  /** so many new wallets, in no slot */
  readonly count?: number | undefined;
};

export type Webhook = {
  readonly id: string;
  readonly url: string;
  readonly types: readonly string[] | null;
  readonly enabled: boolean;
  /** ed25519, for signatures `v1a`: `whpk_` and Base64 */
  readonly publicKey: string;
  readonly createdAt: string;
};

export type WebhookForm = {
  /** https, of a public host or one that the operator allows */
  readonly url: string;
  /** only these types of events */
  readonly types?: readonly string[] | undefined;
};

export type WebhookList = {
  readonly data: readonly Webhook[];
};

export type WebhookTest = {
  readonly answer: string;
};

/** What each operation takes and answers. */
export interface Operations {
  /** whether the process answers */
  readonly getHealth: {
    readonly answer: Health;
  };
  /** what the `type` of a problem says */
  readonly getErrorKind: {
    readonly params: {
      readonly code: string;
    };
    readonly answer: ErrorKind;
  };
  /** makes a wallet; for an owner it is the one of a slot, however often it is asked for */
  readonly createWallet: {
    readonly body: WalletRequest;
    readonly answer: Wallet | Wallet | NewWallets;
  };
  /** lists wallets in the order of their ids */
  readonly listWallets: {
    readonly query: {
      /** `next` of the page before */
      readonly after?: string | number | undefined;
      /** 1 to 200; 50 if it is not said */
      readonly limit?: string | number | undefined;
      /** ticker of the chain */
      readonly chain?: string | undefined;
      /** one that a wallet of `chain` shows, that of index 0, or one that was allotted */
      readonly address?: string | undefined;
      readonly owner?: string | undefined;
      /** the whole label */
      readonly label?: string | number | undefined;
    };
    readonly answer: WalletPage;
  };
  /** shows one wallet */
  readonly getWallet: {
    readonly params: {
      readonly id: string;
    };
    readonly answer: Wallet;
  };
  /** gives away the next address of a wallet with a mnemonic: its index is given once, and never again */
  readonly createAddress: {
    readonly params: {
      readonly id: string;
    };
    readonly answer: Address;
  };
  /** lists the addresses of a wallet that were given away */
  readonly listAddresses: {
    readonly params: {
      readonly id: string;
    };
    readonly query: {
      /** `next` of the page before */
      readonly after?: string | number | undefined;
      /** 1 to 200; 50 if it is not said */
      readonly limit?: string | number | undefined;
    };
    readonly answer: AddressPage;
  };
  /** makes an owner known, and sets how many wallets and requests they may have and what they may spend */
  readonly putOwner: {
    readonly params: {
      readonly owner: string;
    };
    readonly body: OwnerRequest;
    readonly answer: Owner;
  };
  /** shows one owner */
  readonly getOwner: {
    readonly params: {
      readonly owner: string;
    };
    readonly answer: CountedOwner;
  };
  /** lists owners, in no order that says anything of them */
  readonly listOwners: {
    readonly query: {
      /** `next` of the page before */
      readonly after?: string | number | undefined;
      /** 1 to 200; 50 if it is not said */
      readonly limit?: string | number | undefined;
    };
    readonly answer: OwnerPage;
  };
  /** the owner's wallet for a chain: made with the first request, and the same ever after */
  readonly putWallet: {
    readonly params: {
      readonly owner: string;
      /** ticker of the chain */
      readonly chain: string;
    };
    readonly body: WalletPlaceRequest;
    readonly answer: Wallet;
  };
  /** takes a transaction over: it is signed and sent once, whatever happens */
  readonly createTransaction: {
    readonly query: {
      readonly dryRun?: 'true' | 'false' | undefined;
    };
    readonly body: TransactionRequest;
    readonly answer: Preview | Transaction | Transaction;
  };
  /** lists transactions, the newest first */
  readonly listTransactions: {
    readonly query: {
      /** `next` of the page before */
      readonly after?: string | number | undefined;
      /** 1 to 200; 50 if it is not said */
      readonly limit?: string | number | undefined;
      /** ticker of the chain */
      readonly chain?: string | undefined;
      readonly state?: 'claimed' | 'held' | 'signed' | 'broadcast' | 'completed' | 'denied' | 'failed' | 'cancelled' | undefined;
      readonly reference?: string | undefined;
      readonly txId?: string | undefined;
    };
    readonly answer: TransactionPage;
  };
  /** shows one transaction */
  readonly getTransaction: {
    readonly params: {
      readonly id: string;
    };
    readonly answer: Transaction;
  };
  /** tells the story of one transaction */
  readonly listTransactionEvents: {
    readonly params: {
      readonly id: string;
    };
    readonly answer: TransactionEvents;
  };
  /** ends a transaction that is not signed, or whose bytes are proved dead */
  readonly cancelTransaction: {
    readonly params: {
      readonly id: string;
    };
    readonly answer: Transaction;
  };
  /** puts a denied or failed transaction back; recorded bytes stay the same */
  readonly retryTransaction: {
    readonly params: {
      readonly id: string;
    };
    readonly answer: Transaction;
  };
  /** has a message, typed data or a hash signed; each kind has a scope of its own */
  readonly createSignature: {
    readonly body: SignatureRequest;
    readonly answer: Signature;
  };
  /** lists signatures, the newest first */
  readonly listSignatures: {
    readonly query: {
      /** `next` of the page before */
      readonly after?: string | number | undefined;
      /** 1 to 200; 50 if it is not said */
      readonly limit?: string | number | undefined;
      /** ticker of the chain */
      readonly chain?: string | undefined;
      readonly state?: 'claimed' | 'held' | 'signed' | 'broadcast' | 'completed' | 'denied' | 'failed' | 'cancelled' | undefined;
      readonly reference?: string | undefined;
    };
    readonly answer: SignaturePage;
  };
  /** shows one signature */
  readonly getSignature: {
    readonly params: {
      readonly id: string;
    };
    readonly answer: Signature;
  };
  /** tells the story of one signature */
  readonly listSignatureEvents: {
    readonly params: {
      readonly id: string;
    };
    readonly answer: TransactionEvents;
  };
  /** ends what is not signed */
  readonly cancelSignature: {
    readonly params: {
      readonly id: string;
    };
    readonly answer: Signature;
  };
  /** lists what happened, the oldest first; read on with `next`, and nothing is missed */
  readonly listEvents: {
    readonly query: {
      /** the last cursor that you have */
      readonly after?: string | number | undefined;
      /** only these types, separated by commas */
      readonly types?: string | undefined;
      /** only events of this transaction */
      readonly transaction?: string | undefined;
      /** 1 to 200; 50 if it is not said */
      readonly limit?: string | number | undefined;
      /** seconds to wait for an event if there is none, at most 60 */
      readonly wait?: string | number | undefined;
    };
    readonly answer: EventPage;
  };
  /** tells what happens from now on, or since a cursor, as Server-Sent Events */
  readonly streamEvents: {
    readonly query: {
      /** the last cursor that you have */
      readonly after?: string | number | undefined;
      /** only these types, separated by commas */
      readonly types?: string | undefined;
      /** only events of this transaction */
      readonly transaction?: string | undefined;
    };
    readonly answer: Response;
  };
  /** makes a webhook: it gets what happens from now on */
  readonly createWebhook: {
    readonly body: WebhookForm;
    readonly answer: NewWebhook;
  };
  /** lists webhooks in the order of their ids */
  readonly listWebhooks: {
    readonly answer: WebhookList;
  };
  /** shows one webhook */
  readonly getWebhook: {
    readonly params: {
      readonly id: string;
    };
    readonly answer: Webhook;
  };
  /** disables a webhook, or enables it again: what waits is sent then */
  readonly updateWebhook: {
    readonly params: {
      readonly id: string;
    };
    readonly body: {
      readonly enabled: boolean;
    };
    readonly answer: Webhook;
  };
  /** removes a webhook with its deliveries */
  readonly removeWebhook: {
    readonly params: {
      readonly id: string;
    };
    readonly answer: undefined;
  };
  /** gives a webhook new secrets; the former ones sign nothing more */
  readonly rotateWebhook: {
    readonly params: {
      readonly id: string;
    };
    readonly answer: NewWebhook;
  };
  /** sends an event of type `webhook.test` once, now */
  readonly testWebhook: {
    readonly params: {
      readonly id: string;
    };
    readonly answer: WebhookTest;
  };
  /** lists the last 200 deliveries, the newest first */
  readonly listDeliveries: {
    readonly params: {
      readonly id: string;
    };
    readonly answer: DeliveryList;
  };
  /** sends an event again, under the same id */
  readonly redeliver: {
    readonly params: {
      readonly id: string;
      readonly delivery: string;
    };
    readonly answer: unknown;
  };
  /** sends events behind a cursor again, under the same ids, the oldest first; at most 1000 a request */
  readonly replayWebhook: {
    readonly params: {
      readonly id: string;
    };
    readonly body: ReplayForm;
    readonly answer: Replay;
  };
  /** lists what is complete and not signed, with what it waits for, the newest first */
  readonly listApprovals: {
    readonly query: {
      /** `next` of the page before */
      readonly after?: string | number | undefined;
      /** 1 to 200; 50 if it is not said */
      readonly limit?: string | number | undefined;
      /** ticker of the chain */
      readonly chain?: string | undefined;
    };
    readonly answer: WaitingApprovalPage;
  };
  /** shows what a person decides about: readable lines, every effect, and the request to sign */
  readonly getApproval: {
    readonly params: {
      readonly id: string;
    };
    readonly answer: ApprovalRequest;
  };
  /** the lines that a key of a person signs to decide, which are other ones each time */
  readonly getApprovalLines: {
    readonly params: {
      readonly id: string;
    };
    readonly query: {
      /** as the constitution has it */
      readonly key: string;
      readonly decision: 'approve' | 'reject';
    };
    readonly answer: LinesToSign;
  };
  /** lists what persons decided about it, whatever became of it, the oldest first */
  readonly listDecisions: {
    readonly params: {
      readonly id: string;
    };
    readonly answer: DecisionsMade;
  };
  /** takes what a person signed; the token decides nothing by itself */
  readonly decide: {
    readonly params: {
      readonly id: string;
    };
    readonly body: Decision;
    readonly answer: WaitingApproval;
  };
  /** stops signing; what is stopped already stays as it is */
  readonly createFreeze: {
    readonly body: FreezeRequest;
    readonly answer: Freeze;
  };
  /** lists freezes, the oldest first */
  readonly listFreezes: {
    readonly query: {
      /** `next` of the page before */
      readonly after?: string | number | undefined;
      /** 1 to 200; 50 if it is not said */
      readonly limit?: string | number | undefined;
    };
    readonly answer: FreezePage;
  };
  /** shows one freeze; persons sign its end with what this answers */
  readonly getFreeze: {
    readonly params: {
      readonly id: string;
    };
    readonly answer: Freeze;
  };
  /** the lines that a key of a person signs to end a freeze */
  readonly getFreezeEndLines: {
    readonly params: {
      readonly id: string;
    };
    readonly query: {
      /** as the constitution has it */
      readonly key: string;
    };
    readonly answer: LinesToSign;
  };
  /** ends a freeze, with the signatures of as many persons as the constitution asks for */
  readonly endFreeze: {
    readonly params: {
      readonly id: string;
    };
    readonly body: FreezeEndRequest;
    readonly answer: Freeze;
  };
  /** searches the audit log, the newest first; `custos audit verify` proves that it is whole */
  readonly listAuditEvents: {
    readonly query: {
      /** a code, or the part before its dot */
      readonly event?: string | number | undefined;
      readonly since?: string | number | undefined;
      readonly until?: string | number | undefined;
      /** 1 to 200; 50 if it is not said */
      readonly limit?: string | number | undefined;
    };
    readonly answer: AuditEvents;
  };
  /** gives the whole log as `custos audit export` does, as far as it is signed; this is recorded */
  readonly exportAuditLog: {
    readonly query: {
      /** key line of the log, for the first line of the export */
      readonly key?: string | undefined;
    };
    readonly answer: Response;
  };
  /** proves that one event is in the log, as `custos audit prove` does */
  readonly proveAuditEvent: {
    readonly query: {
      /** name of the log and place in it: `main/3` */
      readonly event: string | number;
    };
    readonly answer: AuditEventProof;
  };
  /** proves that a log only grew since it had so many events */
  readonly proveAuditGrowth: {
    readonly query: {
      readonly writer: string | number;
      readonly size: string | number;
    };
    readonly answer: AuditGrowthProof;
  };
  /** counts what happened in the last 24 hours, by quarters of an hour, the oldest first */
  readonly getActivity: {
    readonly answer: Activity;
  };
  /** shows for each chain what is open, when it was polled last, and whether the way to it is shut */
  readonly listChains: {
    readonly answer: ChainStandings;
  };
  /** shows how full the limits of the policy in force are, the fullest first */
  readonly listBudgets: {
    readonly answer: Budgets;
  };
  /** examines settings, store, machine, nodes and cloud, as `custos doctor` does */
  readonly listFindings: {
    readonly answer: Findings;
  };
  /** lists all versions of the policy with what became of them, the newest first */
  readonly listPolicies: {
    readonly answer: PolicyVersions;
  };
  /** publishes the next version of the policy, with the signatures of as many persons as the constitution asks for */
  readonly publishPolicy: {
    readonly body: PolicyPublication;
    readonly answer: PolicyVersion;
  };
  /** shows one version of the policy; `current` is the one in force */
  readonly getPolicy: {
    readonly params: {
      readonly version: string;
    };
    readonly answer: Policy;
  };
  /** says what is wrong with a policy that somebody wrote; nothing is stored */
  readonly checkPolicy: {
    readonly body: PolicyDraft;
    readonly answer: PolicyCheck;
  };
  /** says what a policy that somebody wrote would change of a published one */
  readonly diffPolicy: {
    readonly query: {
      /** version; `current` by default */
      readonly from?: string | number | undefined;
    };
    readonly body: PolicyDraft;
    readonly answer: PolicyDiff;
  };
  /** the lines that a key of a person signs to publish a policy that somebody wrote; nothing is stored */
  readonly getPolicyLines: {
    readonly query: {
      /** as the constitution has it */
      readonly key: string;
    };
    readonly body: PolicyDraft;
    readonly answer: PolicyLines;
  };
  /** says what a policy that somebody wrote would have said about the last transactions; nothing is stored */
  readonly backtestPolicy: {
    readonly query: {
      /** how many: 1 to 200; 100 if it is not said */
      readonly limit?: string | number | undefined;
    };
    readonly body: PolicyDraft;
    readonly answer: PolicyBacktest;
  };
  /** makes a token of the same tenant, with no more rights than the one that asks */
  readonly createToken: {
    readonly body: TokenRequest;
    readonly answer: NewToken;
  };
  /** lists the tokens of the tenant, without their secrets */
  readonly listTokens: {
    readonly query: {
      /** `next` of the page before */
      readonly after?: string | number | undefined;
      /** 1 to 200; 50 if it is not said */
      readonly limit?: string | number | undefined;
    };
    readonly answer: TokenPage;
  };
  /** ends a token of the tenant for good */
  readonly revokeToken: {
    readonly params: {
      readonly id: string;
    };
    readonly answer: undefined;
  };
  /** gives a user a password, and ends the sessions of before */
  readonly setUserPassword: {
    readonly params: {
      readonly owner: string;
    };
    readonly body: PasswordRequest;
    readonly answer: undefined;
  };
  /** takes every login of a user away and ends their sessions; the owner and their wallets stay */
  readonly resetUser: {
    readonly params: {
      readonly owner: string;
    };
    readonly answer: undefined;
  };
  /** logs a user in for 15 minutes */
  readonly logIn: {
    readonly params: {
      readonly owner: string;
    };
    readonly body: LoginRequest;
    readonly answer: Session;
  };
  /** opens a session of 15 minutes for the identity provider's token in `Custos-User-Token` */
  readonly exchangeToken: {
    readonly answer: Session;
  };
  /** ends the session in `Custos-User-Token` */
  readonly logOut: {
    readonly answer: undefined;
  };
  /** what the browser makes a passkey of a user from, once and within five minutes */
  readonly startPasskey: {
    readonly params: {
      readonly owner: string;
    };
    readonly body: CreationOptionsRequest;
    readonly answer: CreationOptions;
  };
  /** gives a user the passkey that the browser made */
  readonly addPasskey: {
    readonly params: {
      readonly owner: string;
    };
    readonly body: PasskeyRequest;
    readonly answer: Passkey;
  };
  /** the passkeys of a user, the oldest first */
  readonly listPasskeys: {
    readonly params: {
      readonly owner: string;
    };
    readonly answer: PasskeyList;
  };
  /** takes a passkey away, and ends every session of the user */
  readonly removePasskey: {
    readonly params: {
      readonly owner: string;
      readonly passkey: string;
    };
    readonly answer: undefined;
  };
  /** what the browser asks a passkey of a user, once and within five minutes */
  readonly startPasskeyLogin: {
    readonly params: {
      readonly owner: string;
    };
    readonly answer: RequestOptions;
  };
  /** logs a user in for 15 minutes with what the passkey answered */
  readonly logInWithPasskey: {
    readonly params: {
      readonly owner: string;
    };
    readonly body: PasskeyLoginRequest;
    readonly answer: Session;
  };
  /** this document */
  readonly getDocument: {
    readonly answer: unknown;
  };
}

/** Where each operation is, and whether a repeated request is known by its key. */
export const operations = {
  getHealth: { method: 'GET', path: '/health', hasKey: false, isJson: true },
  getErrorKind: { method: 'GET', path: '/errors/{code}', hasKey: false, isJson: true },
  createWallet: { method: 'POST', path: '/v1/wallets', hasKey: false, isJson: true },
  listWallets: { method: 'GET', path: '/v1/wallets', hasKey: false, isJson: true },
  getWallet: { method: 'GET', path: '/v1/wallets/{id}', hasKey: false, isJson: true },
  createAddress: { method: 'POST', path: '/v1/wallets/{id}/addresses', hasKey: false, isJson: true },
  listAddresses: { method: 'GET', path: '/v1/wallets/{id}/addresses', hasKey: false, isJson: true },
  putOwner: { method: 'PUT', path: '/v1/owners/{owner}', hasKey: false, isJson: true },
  getOwner: { method: 'GET', path: '/v1/owners/{owner}', hasKey: false, isJson: true },
  listOwners: { method: 'GET', path: '/v1/owners', hasKey: false, isJson: true },
  putWallet: { method: 'PUT', path: '/v1/owners/{owner}/wallets/{chain}', hasKey: false, isJson: true },
  createTransaction: { method: 'POST', path: '/v1/transactions', hasKey: true, isJson: true },
  listTransactions: { method: 'GET', path: '/v1/transactions', hasKey: false, isJson: true },
  getTransaction: { method: 'GET', path: '/v1/transactions/{id}', hasKey: false, isJson: true },
  listTransactionEvents: { method: 'GET', path: '/v1/transactions/{id}/events', hasKey: false, isJson: true },
  cancelTransaction: { method: 'POST', path: '/v1/transactions/{id}/cancel', hasKey: false, isJson: true },
  retryTransaction: { method: 'POST', path: '/v1/transactions/{id}/retry', hasKey: false, isJson: true },
  createSignature: { method: 'POST', path: '/v1/signatures', hasKey: true, isJson: true },
  listSignatures: { method: 'GET', path: '/v1/signatures', hasKey: false, isJson: true },
  getSignature: { method: 'GET', path: '/v1/signatures/{id}', hasKey: false, isJson: true },
  listSignatureEvents: { method: 'GET', path: '/v1/signatures/{id}/events', hasKey: false, isJson: true },
  cancelSignature: { method: 'POST', path: '/v1/signatures/{id}/cancel', hasKey: false, isJson: true },
  listEvents: { method: 'GET', path: '/v1/events', hasKey: false, isJson: true },
  streamEvents: { method: 'GET', path: '/v1/events/stream', hasKey: false, isJson: false },
  createWebhook: { method: 'POST', path: '/v1/webhooks', hasKey: false, isJson: true },
  listWebhooks: { method: 'GET', path: '/v1/webhooks', hasKey: false, isJson: true },
  getWebhook: { method: 'GET', path: '/v1/webhooks/{id}', hasKey: false, isJson: true },
  updateWebhook: { method: 'PUT', path: '/v1/webhooks/{id}', hasKey: false, isJson: true },
  removeWebhook: { method: 'DELETE', path: '/v1/webhooks/{id}', hasKey: false, isJson: true },
  rotateWebhook: { method: 'POST', path: '/v1/webhooks/{id}/rotate', hasKey: false, isJson: true },
  testWebhook: { method: 'POST', path: '/v1/webhooks/{id}/test', hasKey: false, isJson: true },
  listDeliveries: { method: 'GET', path: '/v1/webhooks/{id}/deliveries', hasKey: false, isJson: true },
  redeliver: { method: 'POST', path: '/v1/webhooks/{id}/deliveries/{delivery}/redeliver', hasKey: false, isJson: true },
  replayWebhook: { method: 'POST', path: '/v1/webhooks/{id}/replay', hasKey: false, isJson: true },
  listApprovals: { method: 'GET', path: '/v1/approvals', hasKey: false, isJson: true },
  getApproval: { method: 'GET', path: '/v1/approvals/{id}', hasKey: false, isJson: true },
  getApprovalLines: { method: 'GET', path: '/v1/approvals/{id}/lines', hasKey: false, isJson: true },
  listDecisions: { method: 'GET', path: '/v1/approvals/{id}/decisions', hasKey: false, isJson: true },
  decide: { method: 'POST', path: '/v1/approvals/{id}/decisions', hasKey: false, isJson: true },
  createFreeze: { method: 'POST', path: '/v1/freezes', hasKey: false, isJson: true },
  listFreezes: { method: 'GET', path: '/v1/freezes', hasKey: false, isJson: true },
  getFreeze: { method: 'GET', path: '/v1/freezes/{id}', hasKey: false, isJson: true },
  getFreezeEndLines: { method: 'GET', path: '/v1/freezes/{id}/end/lines', hasKey: false, isJson: true },
  endFreeze: { method: 'POST', path: '/v1/freezes/{id}/end', hasKey: false, isJson: true },
  listAuditEvents: { method: 'GET', path: '/v1/audit', hasKey: false, isJson: true },
  exportAuditLog: { method: 'GET', path: '/v1/audit/export', hasKey: false, isJson: false },
  proveAuditEvent: { method: 'GET', path: '/v1/audit/proof', hasKey: false, isJson: true },
  proveAuditGrowth: { method: 'GET', path: '/v1/audit/growth', hasKey: false, isJson: true },
  getActivity: { method: 'GET', path: '/v1/activity', hasKey: false, isJson: true },
  listChains: { method: 'GET', path: '/v1/chains', hasKey: false, isJson: true },
  listBudgets: { method: 'GET', path: '/v1/budgets', hasKey: false, isJson: true },
  listFindings: { method: 'GET', path: '/v1/findings', hasKey: false, isJson: true },
  listPolicies: { method: 'GET', path: '/v1/policies', hasKey: false, isJson: true },
  publishPolicy: { method: 'POST', path: '/v1/policies', hasKey: false, isJson: true },
  getPolicy: { method: 'GET', path: '/v1/policies/{version}', hasKey: false, isJson: true },
  checkPolicy: { method: 'POST', path: '/v1/policies/check', hasKey: false, isJson: true },
  diffPolicy: { method: 'POST', path: '/v1/policies/diff', hasKey: false, isJson: true },
  getPolicyLines: { method: 'POST', path: '/v1/policies/lines', hasKey: false, isJson: true },
  backtestPolicy: { method: 'POST', path: '/v1/policies/backtest', hasKey: false, isJson: true },
  createToken: { method: 'POST', path: '/v1/tokens', hasKey: false, isJson: true },
  listTokens: { method: 'GET', path: '/v1/tokens', hasKey: false, isJson: true },
  revokeToken: { method: 'DELETE', path: '/v1/tokens/{id}', hasKey: false, isJson: true },
  setUserPassword: { method: 'PUT', path: '/v1/users/{owner}/password', hasKey: false, isJson: true },
  resetUser: { method: 'DELETE', path: '/v1/users/{owner}', hasKey: false, isJson: true },
  logIn: { method: 'POST', path: '/v1/users/{owner}/sessions', hasKey: false, isJson: true },
  exchangeToken: { method: 'POST', path: '/v1/sessions', hasKey: false, isJson: true },
  logOut: { method: 'DELETE', path: '/v1/sessions', hasKey: false, isJson: true },
  startPasskey: { method: 'POST', path: '/v1/users/{owner}/passkeys/options', hasKey: false, isJson: true },
  addPasskey: { method: 'POST', path: '/v1/users/{owner}/passkeys', hasKey: false, isJson: true },
  listPasskeys: { method: 'GET', path: '/v1/users/{owner}/passkeys', hasKey: false, isJson: true },
  removePasskey: { method: 'DELETE', path: '/v1/users/{owner}/passkeys/{passkey}', hasKey: false, isJson: true },
  startPasskeyLogin: { method: 'POST', path: '/v1/users/{owner}/sessions/options', hasKey: false, isJson: true },
  logInWithPasskey: { method: 'POST', path: '/v1/users/{owner}/sessions/passkey', hasKey: false, isJson: true },
  getDocument: { method: 'GET', path: '/v1/openapi.json', hasKey: false, isJson: true },
} as const;
