import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/app/config/config.js';
import { absolute, homeDirectory } from '../../../src/app/config/paths.js';
import { storeLocation } from '../../../src/app/store/location.js';

describe('the home directory', () => {
  it('the home directory is HOME where that is an absolute path, and never the working directory', () => {
    expect(homeDirectory({ HOME: '/home/somebody' })).toBe('/home/somebody');
    for (const HOME of ['', '.', 'relative/path']) {
      const home = homeDirectory({ HOME });
      expect(home === undefined || home.startsWith('/')).toBe(true);
    }
  });

  it('the home directory is required only where a default is needed', () => {
    const config = (flags: Record<string, unknown>) => readConfig(flags, {}, undefined);
    expect(storeLocation(config({ store: '/somewhere/store.db' }))).toBe('/somewhere/store.db');
    expect(() => storeLocation(config({}))).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('--store') }),
    );
  });
});

describe('the location of a database', () => {
  it('the location of a database is an absolute path or a URL', () => {
    const home = { home: '/h', name: 'store.db' };
    expect(absolute(undefined, home)).toBe('/h/.custos/store.db');
    expect(absolute('some/store.db', home)).toBe(resolve('some/store.db'));
    expect(absolute('postgres://host/db', home)).toBe('postgres://host/db');
    expect(absolute(undefined, { home: undefined, name: 'store.db' })).toBe('');
  });
});
