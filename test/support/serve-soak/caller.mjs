// A client that repeats a request until it knows the answer, whatever happens to the servers.
import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** Milliseconds before a request is repeated, so that a server that starts is not flooded. */
const PAUSE = 100;
/** What says nothing about whether the request was taken over. */
const open = new Set([408, 429, 500, 502, 503, 504]);
/** A server that signs nothing makes no wallets: the next one may. */
const isOpen = ({ status, text }) => open.has(status) || text.includes('"CREATE_NOT_ALLOWED"');

export class Caller {
  /** Tries without an answer. */
  broken = 0;
  #urls;
  #token;
  #agent = new Agent({ keepAlive: true });
  #turn = 0;

  constructor(urls, token) {
    this.#urls = urls;
    this.#token = token;
  }

  /**
   * @param {string} operation - such as `GET /v1/wallets`
   * @param {{body?: object, headers?: object, isLost?: boolean}} given - `isLost`: the first answer is not waited for
   * @returns {Promise<object>} the body of the first answer that says what became of it
   */
  async ask(operation, { isLost = false, ...given } = {}) {
    for (let loses = isLost; ; loses = false) {
      const answer = await this.#try(operation, { ...given, loses }).catch((error) => {
        if (error.code === undefined) throw error;
        return undefined;
      });
      if (answer !== undefined && !isOpen(answer)) {
        if (answer.status < 300) return JSON.parse(answer.text);
        const { status } = answer;
        throw Object.assign(new Error(`${operation} was answered with ${status}: ${answer.text}`), { status });
      }
      this.broken += 1;
      await wait(PAUSE);
    }
  }

  close() {
    this.#agent.destroy();
  }

  /** Each try goes to the next server. */
  #try(operation, { body, headers, loses }) {
    const [method, path] = operation.split(' ');
    const url = this.#urls[this.#turn++ % this.#urls.length];
    const text = body === undefined ? undefined : JSON.stringify(body);
    const all = {
      authorization: `Bearer ${this.#token}`,
      ...(text && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      ...headers,
    };
    return new Promise((resolve, reject) => {
      const sent = request(`${url}${path}`, { method, headers: all, agent: this.#agent }, (answer) => {
        let said = '';
        const cut = () => reject(Object.assign(new Error('the answer is not whole'), { code: 'CUT' }));
        answer.setEncoding('utf8').on('data', (part) => (said += part));
        answer.on('close', () => (answer.complete ? resolve({ status: answer.statusCode, text: said }) : cut()));
      });
      sent.on('error', reject);
      // The client goes away as soon as the request is sent.
      sent.end(text, () => loses && sent.destroy(Object.assign(new Error('went away'), { code: 'LOST' })));
    });
  }
}
