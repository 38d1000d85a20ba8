#!/usr/bin/env node
// First of all, before anything is loaded: Node opens a debugger on this signal, unless somebody else hears it.
process.on('SIGUSR1', () => undefined);
await import('../dist/program/main.js');
