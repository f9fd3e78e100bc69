/** The wish to end, as a signal to pass on: aborted by the first SIGTERM or SIGINT. A second one of its kind kills, as by default. */
export function shutdownSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.once(name, () => controller.abort(new Error(`Ended by ${name}`)));
  return controller.signal;
}
