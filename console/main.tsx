import { type ComponentChildren, render } from 'preact';
import { noteUse } from './api.js';
import { follow } from './live.js';
import { Frame } from './parts/frame.js';
import { Address, Title } from './parts/shown.js';
import { followRoutes, route } from './route.js';
import { Approval } from './screens/approval.js';
import { Approvals } from './screens/approvals.js';
import { Audit } from './screens/audit.js';
import { Freezes } from './screens/freezes.js';
import { Health } from './screens/health.js';
import { Login } from './screens/login.js';
import { Overview } from './screens/overview.js';
import { OwnerShown, Owners } from './screens/owners.js';
import { PersonsScreen } from './screens/persons.js';
import { Policies, PolicyShown } from './screens/policies.js';
import { Tokens } from './screens/tokens.js';
import { TransactionStory } from './screens/transaction.js';
import { Transactions } from './screens/transactions.js';
import { WalletShown, Wallets } from './screens/wallets.js';
import { WebhookShown, Webhooks } from './screens/webhooks.js';
import { awaitRights, findSession, session } from './session.js';
import { language, speak, t } from './texts.js';
import { wear } from './theme.js';

function App() {
  const now = session.value;
  if (now.kind === 'loading') return <p class="muted middle">{t('load.loading')}</p>;
  if (now.kind === 'offline') return <p class="muted middle">{t('login.offline')}</p>;
  if (now.kind === 'out') return <Login />;
  const { person, roles, keys } = now.session;
  if (roles.length > 0) return <Frame session={now.session}>{screenOf(route.value)}</Frame>;
  return (
    <Frame session={now.session}>
      <Title>{person}</Title>
      <p>{t('login.noRole', { name: person })}</p>
      {keys.map(({ id, key }) => (
        <Address key={id} text={key} />
      ))}
    </Frame>
  );
}

function screenOf([name = 'overview', id, ...rest]: readonly string[]) {
  const screen = rest.length > 0 ? undefined : id === undefined ? screens[name] : details[name];
  if (screen === undefined) return <Title>{t('nav.unknown')}</Title>;
  const Screen = screen;
  return <Screen id={id ?? ''} />;
}

type Screen = (props: { readonly id: string }) => ComponentChildren;

const screens: Readonly<Record<string, Screen>> = {
  overview: Overview,
  approvals: Approvals,
  transactions: Transactions,
  wallets: Wallets,
  owners: Owners,
  policies: Policies,
  freezes: Freezes,
  audit: Audit,
  webhooks: Webhooks,
  tokens: Tokens,
  persons: PersonsScreen,
  health: Health,
};
/** Screens of one thing each. */
const details: Readonly<Record<string, Screen>> = {
  approvals: Approval,
  transactions: TransactionStory,
  wallets: WalletShown,
  owners: OwnerShown,
  policies: PolicyShown,
  webhooks: WebhookShown,
};

speak(language.peek());
wear();
followRoutes();
noteUse();
void findSession();
awaitRights();
void follow();
// A server that did not answer is asked again.
setInterval(() => {
  if (session.peek().kind === 'offline') void findSession();
}, 3000);
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
