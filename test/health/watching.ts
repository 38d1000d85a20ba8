import type { Running } from '../support/custos.js';
import { parsePrometheus, type Scrape } from './prometheus.js';

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: Body;
}

interface Body {
  readonly status?: string;
  readonly reasons?: readonly { readonly check: string; readonly chain?: string; readonly code?: string }[];
}

/** What asks a running daemon's health server. */
export interface Watcher {
  readonly url: string;
  readonly answers: string[];
  get(path: string): Promise<Answer>;
  scrape(): Promise<Scrape>;
  /** Asks again and again until the answer is as wished: the daemon says nothing when that becomes so. */
  until(path: string, wished: (answer: Answer) => boolean): Promise<Answer>;
}

/** Waits until the daemon says where its health server listens. */
export async function watch(running: Running): Promise<Watcher> {
  const { url } = JSON.parse(await running.line(/"health server listening"/)) as { url: string };
  return watchAt(url);
}

function watchAt(url: string): Watcher {
  const answers: string[] = [];
  const get = async (path: string): Promise<Answer> => {
    const response = await fetch(`${url}${path}`);
    const text = await response.text();
    answers.push(`${[...response.headers].join('\n')}\n${text}`);
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, text, body: isJson ? (JSON.parse(text) as Body) : {} };
  };
  return {
    url,
    answers,
    get,
    scrape: async () => parsePrometheus((await get('/metrics')).text),
    async until(path, wished) {
      const end = Date.now() + 45_000;
      for (;;) {
        const answer = await get(path);
        if (wished(answer)) return answer;
        if (Date.now() > end) throw new Error(`${path} is still ${answer.status}: ${answer.text.slice(0, 2000)}`);
      }
    },
  };
}
