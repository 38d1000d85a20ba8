import type { ConsoleDoor, ConsoleSite } from '../../api/console/parts.js';
import { CustosError } from '../../core/errors.js';
import { tell } from '../../core/log.js';
import { isLoopback } from '../../core/network/loopback.js';
import type { ServeConfig } from '../config/serve-config.js';
import { consoleFiles } from './files.js';
import { createPersons, type PersonsParts } from './persons.js';
import { siteOf } from './site.js';

interface ConsoleParts extends Omit<PersonsParts, 'site'> {
  readonly serve: Pick<ServeConfig, 'console' | 'consoleOrigin' | 'host' | 'allowedHosts'>;
}

/** A console that waits for its server. */
export interface OpenedConsole {
  /** What the server is started with. */
  readonly place: { readonly console: ConsoleDoor; readonly allowedHosts?: readonly string[] };
  /** Called when the server listens. */
  listens(server: { readonly url: string; readonly port: number }): void;
}

/** @returns undefined where there is none: it was switched off, or nobody said under which name browsers of other machines find it */
export function openConsole({ serve, ...parts }: ConsoleParts): OpenedConsole | undefined {
  const { consoleOrigin, host, allowedHosts } = serve;
  if (!serve.console || (consoleOrigin === undefined && !isLoopback(host))) return undefined;
  let site: ConsoleSite | undefined = consoleOrigin === undefined ? undefined : siteOf(consoleOrigin);
  const known = () => {
    if (site === undefined) throw new CustosError('INTERNAL', 'the console was asked for before its server listened');
    return site;
  };
  const names = consoleOrigin === undefined ? undefined : [...(allowedHosts ?? []), new URL(consoleOrigin).hostname];
  return {
    place: {
      console: { persons: createPersons({ ...parts, site: known }), files: consoleFiles() },
      // Without a list a server for other machines answers to any name, and goes on to do so.
      ...(names && (allowedHosts !== undefined || isLoopback(host)) && { allowedHosts: names }),
    },
    listens: ({ url, port }) => {
      site ??= siteOf(`${new URL(url).protocol}//localhost:${port}`);
      if (!site.isSecure) tell(parts.log, 'console-plain', { origin: site.origin });
    },
  };
}
