import { type HashTree, NodeType } from '@icp-sdk/core/agent';
import { expect, test } from 'vitest';
import { digest, prune, tree } from './certified-testing';
import { isHashTree, leafAt, lookup } from './hash-tree';

const LABELS = ['', '<$>', 'a', 'ab', 'b', 'ba', 'z'];
const TREE = tree(LABELS.map((label) => [label, new Uint8Array([label.length])]));

test('every label that is there is found, also beside its own prefixes', () => {
  for (const label of LABELS) expect(leafAt([label], TREE)).toEqual(new Uint8Array([label.length]));
});

test('what is not there is absent', () => {
  for (const label of ['\0', '<', 'aa', 'aba', 'az', 'bb', 'y', 'za']) expect(lookup([label], TREE).kind).toBe('absent');
  expect(lookup(['a', 'deeper'], TREE).kind).toBe('absent');
  expect(lookup(['a'], [NodeType.Empty]).kind).toBe('absent');
});

test('what is hidden, or might be, is unknown', () => {
  for (const hidden of LABELS) {
    const witness = prune(TREE, (label) => label === hidden);
    expect(digest(witness)).toEqual(digest(TREE));
    for (const label of LABELS) expect(lookup([label], witness).kind).toBe(label === hidden ? 'unknown' : 'found');
  }
  const witness = prune(TREE, (label) => label === 'ab' || label === 'b');
  for (const label of ['aa', 'az', 'b', 'b\0']) expect(lookup([label], witness).kind).toBe('unknown');
  for (const label of ['<', 'bb', 'zz']) expect(lookup([label], witness).kind).toBe('absent');
  const pruned = prune(tree([['a', new Uint8Array()]]), () => true);
  expect(lookup(['b'], pruned).kind).toBe('unknown');
});

test('a path leads through the labels', () => {
  const deep = tree([
    ['x', [['y', new Uint8Array([9])]]],
    ['w', new Uint8Array()],
  ]);
  expect(leafAt(['x', 'y'], deep)).toEqual(new Uint8Array([9]));
  expect(leafAt(['x'], deep)).toBeNull();
  expect(lookup(['x'], deep).kind).toBe('found');
});

test.each<[string, unknown]>([
  ['no array', 'tree'],
  ['an empty array', []],
  ['an unknown kind', [5]],
  ['a fork of one', [1, [0]]],
  ['a fork of three', [1, [0], [0], [0]]],
  ['a fork with something else', [1, [0], 'x']],
  ['a label that is a text', [2, 'x', [0]]],
  ['a leaf that is a text', [3, 'x']],
  ['a hash of 31 bytes', [4, new Uint8Array(31)]],
  ['a hash of 33 bytes, deep inside', [1, [0], [2, new Uint8Array(1), [4, new Uint8Array(33)]]]],
])('%s is no tree', (_, value) => {
  expect(isHashTree(value)).toBe(false);
});

test('trees are trees', () => {
  expect(isHashTree(TREE)).toBe(true);
  expect(isHashTree(prune(TREE, (label) => label === 'a'))).toBe(true);
  const moved: HashTree = [NodeType.Empty];
  expect(isHashTree(moved)).toBe(true);
});
