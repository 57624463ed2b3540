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
  visit(error);
  return chain;
}
