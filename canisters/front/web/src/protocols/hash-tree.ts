// Looking things up in a hash tree of the Internet Computer (interface specification, "Certification").
//
// The library's own look-ups compare labels in an order that is not the tree's and take some that stand there for absent;
// where a proof rests on absence that will not do.
import { type HashTree, NodeType } from '@icp-sdk/core/agent';
import { compareBytes } from './bytes';

export type Label = string | Uint8Array;

export type Lookup =
  | { kind: 'found'; tree: HashTree }
  /** The tree proves that there is no such path. */
  | { kind: 'absent' }
  /** The path would be in a part that is not shown. */
  | { kind: 'unknown' };

/** Whether a decoded value is a hash tree. Its digest says nothing if hashes may have any length. */
export function isHashTree(value: unknown): value is HashTree {
  if (!Array.isArray(value)) return false;
  const [kind, first, second]: unknown[] = value;
  switch (kind) {
    case NodeType.Empty:
      return value.length === 1;
    case NodeType.Fork:
      return value.length === 3 && isHashTree(first) && isHashTree(second);
    case NodeType.Labeled:
      return value.length === 3 && first instanceof Uint8Array && isHashTree(second);
    case NodeType.Leaf:
      return value.length === 2 && first instanceof Uint8Array;
    case NodeType.Pruned:
      return value.length === 2 && first instanceof Uint8Array && first.length === 32;
    default:
      return false;
  }
}

/** What a tree says about a path. */
export function lookup(path: readonly Label[], tree: HashTree): Lookup {
  const [label, ...rest] = path;
  if (label === undefined) return { kind: 'found', tree };
  const child = lookupLabel(typeof label === 'string' ? new TextEncoder().encode(label) : label, tree);
  return child.kind === 'found' ? lookup(rest, child.tree) : child;
}

/** The value of the leaf at a path; null if there is none to be seen. */
export function leafAt(path: readonly Label[], tree: HashTree): Uint8Array | null {
  const found = lookup(path, tree);
  return found.kind === 'found' && found.tree[0] === NodeType.Leaf ? found.tree[1] : null;
}

function lookupLabel(label: Uint8Array, tree: HashTree): Lookup {
  /** Whether something is hidden between the last smaller label and here. */
  let isHidden = false;
  for (const node of nodes(tree)) {
    if (node[0] === NodeType.Pruned) isHidden = true;
    if (node[0] !== NodeType.Labeled) continue;
    const order = compareBytes(node[1], label);
    if (order === 0) return { kind: 'found', tree: node[2] };
    if (order > 0) break;
    isHidden = false;
  }
  return { kind: isHidden ? 'unknown' : 'absent' };
}

/** What a tree's forks join, in order. */
function* nodes(tree: HashTree): Generator<HashTree> {
  if (tree[0] === NodeType.Fork) {
    yield* nodes(tree[1]);
    yield* nodes(tree[2]);
  } else {
    yield tree;
  }
}
