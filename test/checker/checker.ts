/**
 * An explicit-state model checker: breadth first through every state that a model can reach, each one held against the invariants. A violation
 * comes with the shortest way to it. Counts are TLC's: states generated with their repetitions, distinct ones, and levels.
 */

export interface Step<State> {
  readonly action: string;
  readonly state: State;
}

export interface Model<State> {
  readonly initial: readonly State[];
  next(state: State): Iterable<Step<State>>;
  /** Equal for equal states only. */
  encode(state: State): string;
  /** What must hold in every state, by name. */
  readonly invariants: Readonly<Record<string, (state: State) => boolean>>;
}

export interface Violation<State> {
  readonly invariant: string;
  readonly trace: readonly { readonly action: string; readonly state: State }[];
}

export interface Exploration<State> {
  readonly distinct: number;
  readonly generated: number;
  /** States on the longest of the shortest ways. */
  readonly depth: number;
  /** How often each action was taken. */
  readonly actions: ReadonlyMap<string, number>;
  readonly violation: Violation<State> | undefined;
}

interface Node<State> {
  readonly state: State;
  readonly action: string;
  readonly parent: Node<State> | undefined;
  readonly level: number;
}

export function explore<State>({ initial, next, encode, invariants }: Model<State>): Exploration<State> {
  const seen = new Set<string>();
  const actions = new Map<string, number>();
  const queue: Node<State>[] = [];
  const checks = Object.entries(invariants);
  let generated = 0;
  let depth = 0;
  let broken: { readonly invariant: string; readonly node: Node<State> } | undefined;
  const visit = (node: Node<State>): void => {
    generated += 1;
    const key = encode(node.state);
    if (seen.has(key)) return;
    seen.add(key);
    queue.push(node);
    depth = Math.max(depth, node.level);
    const failed = checks.find(([, holds]) => !holds(node.state));
    if (failed !== undefined) broken ??= { invariant: failed[0], node };
  };
  for (const state of initial) visit({ state, action: 'initial', parent: undefined, level: 1 });
  for (let at = 0; at < queue.length && broken === undefined; at += 1) {
    const node = queue[at];
    if (node === undefined) break;
    for (const { action, state } of next(node.state)) {
      const [kind = action] = action.split(' ');
      actions.set(kind, (actions.get(kind) ?? 0) + 1);
      visit({ state, action, parent: node, level: node.level + 1 });
    }
  }
  const violation = broken === undefined ? undefined : { invariant: broken.invariant, trace: traceOf(broken.node) };
  return { distinct: seen.size, generated, depth, actions, violation };
}

function traceOf<State>(last: Node<State>): { readonly action: string; readonly state: State }[] {
  const trace = [];
  for (let node: Node<State> | undefined = last; node !== undefined; node = node.parent) trace.unshift({ action: node.action, state: node.state });
  return trace;
}
