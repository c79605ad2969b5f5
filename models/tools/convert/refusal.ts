import type { TfjsNode } from './tfjs-graph';

/** The error for a node that cannot be translated, naming operator and node. */
export function refusal(node: TfjsNode, reason: string): Error {
  return new Error(`Cannot convert ${node.op} "${node.name}": ${reason}`);
}
