/**
 * What `await using` makes of two failures (SuppressedError): why the work failed, and why its end did. The first is the one that people look
 * for, the others came after it.
 */
export function failuresOf(error: unknown): readonly unknown[] {
  if (typeof error !== 'object' || error === null || !('suppressed' in error) || !('error' in error)) return [error];
  return [...failuresOf(error.suppressed), ...failuresOf(error.error)];
}

/** An error and everything that caused it, outermost first. */
export function causes(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  const visit = (item: unknown): void => {
    if (item === undefined || item === null || chain.includes(item)) return;
    chain.push(item);
    if (typeof item !== 'object') return;
    if ('errors' in item && Array.isArray(item.errors)) item.errors.forEach(visit);
    if ('cause' in item) visit(item.cause);
  };
  failuresOf(error).forEach(visit);
  return chain;
}
