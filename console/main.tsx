import { render } from 'preact';
import { follow } from './live.js';
import { Frame } from './parts/frame.js';
import { Address, Title } from './parts/shown.js';
import { followRoutes, route } from './route.js';
import { Login } from './screens/login.js';
import { Overview } from './screens/overview.js';
import { findSession, session } from './session.js';
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
      {keys.map(({ id, key }) => (key === null ? null : <Address key={id} text={key} />))}
    </Frame>
  );
}

function screenOf([_name]: readonly string[]) {
  return <Overview />;
}

speak(language.peek());
wear();
followRoutes();
void findSession();
void follow();
// A server that did not answer is asked again.
setInterval(() => {
  if (session.peek().kind === 'offline') void findSession();
}, 3000);
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
