import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Faults that rules, budgets, approvals and services of others had, and the tests that hold them off here. */
const traps: Readonly<Record<string, readonly (readonly [file: string, title: string])[]>> = {
  'parallel requests and a stale counter': [
    ['storage/budgets/reserve', 'a hundred requests at once through two processes never pass a limit'],
    ['suites/control', 'parallel requests never pass a limit together, and the same bytes are charged once'],
    [
      'storage/budgets/model',
      'no order of steps passes the limit, spends an approval twice or signs while frozen, with %j',
    ],
  ],
  'spending that is lost when an approval comes late': [
    ['storage/budgets/limits', 'what others spent while a transaction waited for approval counts when it is signed'],
  ],
  'a reservation that is lost or freed by a crash': [
    ['lifecycle/budgets', 'a process that is killed at %s %s loses no reservation, frees none, and makes none twice'],
    ['storage/budgets/freeing', 'a reservation stays when %s'],
    ['signing/control/kept-book', 'a keeper that starts again knows budgets, spent approvals, families and documents'],
  ],
  'a counter that publishing resets': [
    [
      'storage/budgets/limits',
      'a policy that is published again goes on with what is spent, whatever changed but the name and the asset',
    ],
    [
      'policy/judging/limits',
      'keep their name when their limit is written differently, so that publishing gives nothing back',
    ],
  ],
  'numbers of the caller instead of those of the bytes': [
    [
      'chains/effects',
      'every recorded transaction and every change of one has complete effects that decide what is said of it',
    ],
    ['chains/effects', 'front and signer see the same effects, although the front may not know the public keys'],
  ],
  'units that are summed, and digits that are lost': [
    ['policy/judging/permits', 'compares amounts beyond 2^53 exactly'],
    ['policy/judging/permits', 'never sums different assets'],
    ['storage/budgets/limits', 'each limit counts its own asset, exact to the last unit'],
  ],
  'an override that is partial': [
    ['policy/judging/permits', 'does not lend its ceiling to another permit: alternatives do not add up'],
  ],
  'a negative amount': [
    ['policy/judging/permits', 'with a negative amount is denied'],
    ['storage/budgets/reserve', 'an amount below zero or a window without a moment is never reserved'],
  ],
  'a budget in the wrong context': [
    ['policy/judging/limits', 'charges nothing for what it is not about'],
    ['storage/budgets/authentic', 'sums that are copied to another budget are found'],
  ],
  'a history without an end': [
    [
      'storage/budgets/ledger',
      'says what a list of all charges says, in any order of acts and time, and a backup makes it again',
    ],
    ['policy/judging/calendar', 'counts a rolling window in 60 buckets, the oldest one whole'],
  ],
  'allowances and transfers from others that nothing counts': [
    ['policy/judging/limits', 'charges allowances in full, and transfers from others'],
    ['policy/judging/permits', 'without a bound is covered only by code and the word unlimited'],
  ],
  'the wrong argument': [
    ['chains/evm/effects', 'the arguments of a method are judged by their position'],
    ['policy/judging/permits', 'is covered by contract, method, arguments, beginning of its data and accounts'],
    ['policy/judging/permits', 'is covered only if every argument of a name is meant'],
  ],
  'an unknown selector or empty data that passes': [
    ['policy/judging/permits', 'with an unknown selector or empty data is covered by no method and no beginning'],
  ],
  'an empty list or a broken rule that allows': [
    ['policy/judging/permits', 'with an empty list of %s covers nothing'],
    ['policy/document/read', 'says POLICY_INVALID to any other text'],
  ],
  'a co-signer, rent, and coins that go round': [
    ['chains/solana/effects', 'a limit on SOL has no room for an unknown instruction that may take any amount of it'],
    [
      'chains/solana/hazards',
      'a transaction that makes an account by a key of the request counts the coins for that account',
    ],
    ['policy/judging/limits', 'charges gross: what comes back in the same transaction is not taken off'],
    ['policy/judging/permits', 'wants every wallet that signs to be meant'],
  ],
  'an asset without a limit of its own': [
    ['policy/judging/permits', 'with a ceiling map of any asset covers only assets of the map'],
    ['storage/budgets/limits', 'the fee of tokens counts for the limit of the coin'],
  ],
  'an outage that allows': [
    ['policy/judging/policy-judge-edges', 'allows nothing while the %s cannot be reached'],
    ['policy/judging/judge-with-budgets', 'never allows without an answer'],
    ['lifecycle/frozen', 'nothing is signed when the freezes cannot be read'],
  ],
  'a call inside a call': [
    ['chains/evm/effects', 'no effect inside of %i calls is without a code'],
    ['chains/evm/effects', 'what is nested too deep gives everything away, with its coins and data'],
    ['policy/judging/permits', 'with a danger is covered only by a permit that names the code'],
  ],
  'all of nothing': [
    ['policy/judging/permits', 'without effects has no cover, whatever is permitted: all of nothing is not everything'],
  ],
  'one person who counts twice': [
    ['policy/approvals/approvals', 'one person with two keys counts once'],
    ['policy/judging/permits', 'count once for a person among all demands of a rule'],
  ],
  'a chain id that is filled in after judging': [
    ['lifecycle/judging', 'a judge gets wallet, sender, completed form and its effect, and its yes is signed'],
    ['suites/signer', 'the signer signs the form that was approved, and no other'],
  ],
  'names that every object has': [
    ['policy/document/read', 'takes names of Object.prototype as names'],
    // A question has lists and no names.
    ['signing/control/account-question', 'any value is read as a question to the account or refused'],
  ],
  'a key of idempotency that tenants share': [
    ['storage/journal/intake', 'the keys of two tenants never meet'],
    ['api/transactions', 'of two tenants may have the same key'],
  ],
  'a tenant that the caller names': [
    ['api/strangers', '%s gets the answer of what does not exist, and changes nothing'],
    ['api/document', 'has no operation by which another tenant learns of a wallet or transaction'],
  ],
  'names that are cut until two are one': [
    ['api/owners', 'an owner of any name is found under it, and listed page by page'],
    ['app/wallets/service', 'a wallet that a changed %s digest finds is not given away'],
  ],
  'a key elsewhere that answers with another form of a signature': [
    [
      'chains/remote-key',
      'a remote key may leave s in the upper half of the order where the chain wants the lower one',
    ],
    ['chains/remote-key', 'a remote key that answers with %s signs nothing'],
  ],
  'zeros in front of a number of a signature that are cut': [
    ['chains/evm/signature-width', 'a transaction whose signature has a short number is from its sender, at any nonce'],
    ['chains/evm/signature-width', 'a signature of a message has 65 bytes, however short its numbers are'],
  ],
  'keys that are loaded again, and missed': [
    ['public/defects', 'a serving daemon serves wallets that are made while it runs'],
  ],
  'a library in native code that breaks in a read-only image': [
    [
      'dependencies',
      'the dependencies have no native code, which an image without a place to write or another libc would break',
    ],
  ],
  'a certificate that is taken for more than its token': [
    ['nodes/rpc-tls', 'a certificate gives the rights of its token and no others, and none once that is revoked'],
  ],
  'a number that the node gives': [
    ['nodes/rpc', 'gives 50 transactions at once without a nonce a number each'],
    [
      'public/broadcast-once',
      'transactions of one sender without nonces get consecutive ones, even if the count stands still',
    ],
  ],
  'events that come twice, or under two names': [
    ['api/events', 'a reader with a cursor gets every event of its tenant once, and nothing of another'],
    [
      'api/webhooks',
      'what is refused comes again after its pause under the same id, and in the end disables the webhook',
    ],
  ],
  'a library that numbers and sends by itself': [
    ['examples/client', 'for viem has Custos sign messages, typed data and transactions, and send'],
    ['examples/client', 'for ethers has Custos sign messages, typed data and transactions, and send'],
  ],
  'typed data that move money': [
    ['api/signatures', 'typed data that let somebody take without bound are refused, and nothing is stored'],
    ['app/library/messages', 'typed data are judged by what they let others take, and an unlimited permit is stopped'],
  ],
  'signed bytes that were handed out and appear any day': [
    [
      'app/transactions/release',
      'bytes that were handed out and that the network does not have are released, and stay recorded',
    ],
    ['app/transactions/release', 'bytes that the network has are not released'],
  ],
  'all accounts of a million wallets in one answer': [
    ['api/rpc/calls', 'of more than a thousand accounts a thousand are shown'],
  ],
  'amounts as JSON numbers': [['api/transactions', 'an amount as a JSON number']],
  'an accepted request that is taken for a payment': [
    ['client/handle', 'that waited long enough says that the transaction may still happen, and can wait again'],
    ['client/handle', 'of a transaction that ended without being sent throws its end'],
  ],
};

/** What holds for any policy and any order of steps, and the tests that try many. */
const promises: typeof traps = {
  'no order of rules decides': [
    ['policy/judging/properties', 'does not depend on the order of rules, or of effects before the fee'],
  ],
  'a permit never denies, and a forbid or a limit never allows': [
    ['policy/judging/properties', 'is never made stricter by another permit, nor looser by another forbid or limit'],
  ],
  'another effect never turns a no into a yes': [
    ['policy/judging/properties', 'is never made looser by another effect'],
  ],
  'what is explained is what is decided': [['policy/judging/properties', 'has a tree from which its verdict follows']],
  'what does not widen allows nothing new': [
    ['policy/statics/diff', 'that is not said to widen allows no transaction that was not allowed before'],
  ],
  'both readers of a policy accept the same': [
    ['app/policy/schema', 'accept the same texts, and read the same out of them, however a policy is changed'],
  ],
  'front and signer decide the same': [
    ['chains/effects', 'front and signer see the same effects, although the front may not know the public keys'],
    ['suites/control', 'what a permit covers is signed as without any policy, and what none covers is denied'],
  ],
  'two daemons, two transactions, and every order of what happens': [
    [
      'storage/budgets/model',
      'no order of steps passes the limit, spends an approval twice or signs while frozen, with %j',
    ],
    [
      'signing/control/model',
      'signs no more than the limit has, no approval twice, nothing frozen by %s and nothing by an older policy',
    ],
  ],
  'a backtest says what was decided': [
    ['public/policy-enforced', 'a backtest of the policy in force says what was decided'],
  ],
};

it.each(Object.entries({ ...traps, ...promises }))('%s is held off by tests that are there', (_trap, tests) => {
  const missing = tests.filter(([file, title]) => !textOf(file).includes(title));
  expect(missing).toEqual([]);
});

function textOf(file: string): string {
  const ending = file.startsWith('suites/') ? '.ts' : '.test.ts';
  return readFileSync(new URL(`${file}${ending}`, import.meta.url), 'utf8');
}
