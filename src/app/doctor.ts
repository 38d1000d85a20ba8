import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { checkCloudUrl } from '../cloud/urls.js';
import { asCustosError, type ErrorCode, errorKinds } from '../core/errors.js';
import { storeExists } from '../storage/open-store.js';
import { isPostgresUrl, parsePostgresUrl } from '../storage/postgres-url.js';
import { settingValue } from './config.js';
import type { House } from './house.js';
import { type Setting, settings } from './settings.js';
import { shownValue } from './shown-value.js';
import { storeLocation } from './store-location.js';

/** One line of the examination. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'problem';
  readonly text: string;
  readonly remedy?: string;
}

/** Examines configuration and store without changing anything and without the password. */
export async function examine(house: House): Promise<readonly Finding[]> {
  return [...settingFindings(house), ...(await storeFindings(house)), cloudFinding(house), nodeFinding()];
}

function settingFindings({ config }: House): Finding[] {
  const all: readonly (readonly [string, Setting])[] = Object.entries(settings);
  return all.map(([name, setting]) => {
    const value = settingValue(name as keyof typeof settings, config.flags, config.environment);
    const shown = value === undefined ? 'not set' : setting.secret ? 'set' : shownValue(value);
    return { check: `setting ${setting.env[0]}`, state: 'ok', text: `${shown} (${setting.about})` };
  });
}

async function storeFindings(house: House): Promise<Finding[]> {
  const { config } = house;
  try {
    const location = storeLocation(config);
    const shown = shownValue(location);
    if (!(await storeExists(location))) return [problem('wallet store', 'STORE_MISSING', `none at ${shown}`)];
    const store = await house.store();
    const slots = await store.slots.all();
    const counts = await Promise.all(
      (['mainnet', 'testnet'] as const).map((network) => store.wallets.count({ network })),
    );
    const open = await store.journal.find({ states: ['claimed', 'held', 'signed', 'broadcast'], limit: 1000 });
    const found: Finding[] = [
      {
        check: 'wallet store',
        state: 'ok',
        text: `${shown}: ${counts[0]} mainnet and ${counts[1]} testnet wallets`,
      },
      { check: 'journal', state: 'ok', text: `${open.length} transactions are on their way` },
      isPostgresUrl(location) ? connectionFinding(location) : await modeFinding(location),
    ];
    if (!slots.some(({ kind }) => kind === 'recovery')) {
      const remedy = 'run `custos password recovery-key` and keep the key away from this machine';
      found.push({ check: 'recovery key', state: 'warning', text: 'the store has none', remedy });
    }
    return found;
  } catch (thrown) {
    const error = asCustosError(thrown);
    return [problem('wallet store', error.code, error.message)];
  }
}

async function modeFinding(path: string): Promise<Finding> {
  const [file, directory] = await Promise.all([stat(path), stat(dirname(path))]);
  const open = (file.mode & 0o077) !== 0;
  const text = `store ${(file.mode & 0o777).toString(8)}, directory ${(directory.mode & 0o777).toString(8)}`;
  if (!open) return { check: 'file modes', state: 'ok', text };
  return { check: 'file modes', state: 'warning', text, remedy: `run chmod 600 ${path}` };
}

function connectionFinding(location: string): Finding {
  const { host, sslMode } = parsePostgresUrl(location);
  return { check: 'database connection', state: 'ok', text: `${host}, sslmode ${sslMode}` };
}

function cloudFinding({ config }: House): Finding {
  try {
    checkCloudUrl(config.cloudUrl, config.network);
  } catch (thrown) {
    const error = asCustosError(thrown);
    return problem('cloud', error.code, error.message);
  }
  const key = settingValue('apiKey', config.flags, config.environment);
  if (key === undefined) return problem('cloud', 'API_KEY_MISSING', 'no API key is set');
  return { check: 'cloud', state: 'ok', text: `${shownValue(config.cloudUrl)} (${config.network})` };
}

function nodeFinding(): Finding {
  return { check: 'Node.js', state: 'ok', text: process.version };
}

function problem(check: string, code: ErrorCode, text: string): Finding {
  return { check, state: 'problem', text: `${text} (${code})`, remedy: errorKinds[code].hint };
}
