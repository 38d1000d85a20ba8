import { asCustosError, CustosError } from '../core/errors.js';
import { type CloudKeyUri, type Pkcs11Uri, parseKeyUri } from '../core/signing/key-uri.js';
import type { CloudKeys } from './clouds/service.js';
import type { HsmAnswer, HsmSettings, HsmWork, ToHsm } from './messages.js';
import { Token } from './pkcs11/token.js';

/** The end of the channel in the HSM process. */
export interface HsmChannel {
  send(answer: HsmAnswer): void;
  onMessage(listener: (message: ToHsm) => void): void;
}

/** Key services of clouds. */
export type Clouds = Readonly<Record<CloudKeyUri['service'], CloudKeys>>;

/** What an answer says, before it has its number. */
type Done = Said<HsmAnswer>;
type Said<A> = A extends HsmAnswer ? Omit<A, 'n'> : never;

/**
 * Serves one token, or the key services of clouds, over the channel. It decides nothing: whoever asks has judged what is signed, and
 * verifies what comes back.
 */
export function serveHsm(channel: HsmChannel, clouds: (settings: HsmSettings) => Clouds): void {
  let settings: HsmSettings = { services: {}, proxies: {}, proxyLoopback: false };
  let pin: Uint8Array | undefined;
  let token: Token | undefined;
  let reached: Clouds | undefined;

  /** A process has one token: the one that its first question named. */
  const tokenOf = (uri: Pkcs11Uri): Token => {
    token ??= new Token(uri, pin);
    return token;
  };
  const doWork = async (work: HsmWork): Promise<Done> => {
    const uri = parseKeyUri(work.uri);
    if (uri.service === 'pkcs11') return withToken(tokenOf(uri), uri, work);
    reached ??= clouds(settings);
    return withCloud(reached[uri.service], uri, work);
  };

  channel.onMessage((message) => {
    if (message.kind === 'open') {
      pin = message.pin;
      settings = message.settings ?? settings;
      return;
    }
    const { n, work } = message;
    doWork(work).then(
      (done) => channel.send({ ...done, n }),
      (thrown: unknown) => channel.send(failed(n, thrown)),
    );
  });
}

function withToken(token: Token, uri: Pkcs11Uri, work: HsmWork): Done {
  switch (work.do) {
    case 'key':
      return { kind: 'key', key: token.key(uri) };
    case 'sign':
      return { kind: 'bytes', bytes: token.sign(uri, work.scheme, work.bytes) };
    case 'wrap':
      return { kind: 'bytes', bytes: token.wrap(uri, work.bytes, work.aad) };
    case 'unwrap':
      return { kind: 'bytes', bytes: token.unwrap(uri, work.bytes, work.aad) };
  }
}

async function withCloud(keys: CloudKeys, uri: CloudKeyUri, work: HsmWork): Promise<Done> {
  switch (work.do) {
    case 'key':
      return { kind: 'key', key: await keys.key(uri) };
    case 'sign':
      return { kind: 'bytes', bytes: await keys.sign(uri, work.scheme, work.bytes) };
    default:
      throw new CustosError('KEY_UNSUITABLE', 'only AES keys of a PKCS#11 token wrap here');
  }
}

function failed(n: number, thrown: unknown): HsmAnswer {
  const { code, message, retryAfter } = asCustosError(thrown);
  return { kind: 'failed', n, code, text: message, ...(retryAfter !== undefined && { retryAfter }) };
}
