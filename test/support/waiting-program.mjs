// Lives until it is ended, or for two minutes.
setTimeout(() => undefined, 120_000);
