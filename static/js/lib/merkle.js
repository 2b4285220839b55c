/**
 * Proofs that one history belongs to another (RFC 6962; RFC 9162, sections 2.1.3.2 and 2.1.4.2), checked by whoever
 * holds a few hashes. Hashes are 32 bytes; inner nodes are SHA-256(1, left, right).
 */
import { concat, equal } from "./bytes.js";
import { sha256 } from "./sha256.js";

const INNER = Uint8Array.of(1);

function node(left, right) {
  return sha256(concat(INNER, left, right));
}

/**
 * Whether a history of `size` entries begins with one of `shorter`.
 * @param {number} shorter
 * @param {number} size
 * @param {Uint8Array[]} proof
 * @param {Uint8Array} oldRoot over the first `shorter`
 * @param {Uint8Array} root over `size`
 */
export async function consistent(shorter, size, proof, oldRoot, root) {
  if (shorter > size) return false;
  if (shorter === 0 || shorter === size) return proof.length === 0 && (shorter === 0 || equal(oldRoot, root));
  if (proof.length === 0) return false;
  const steps = isPowerOfTwo(shorter) ? [oldRoot, ...proof] : proof;
  let [place, last] = [shorter - 1, size - 1];
  while (place % 2) [place, last] = [half(place), half(last)];
  let [before, after] = [steps[0], steps[0]];
  for (const step of steps.slice(1)) {
    if (last === 0) return false;
    if (place % 2 || place === last) {
      [before, after] = [await node(step, before), await node(step, after)];
      while (place % 2 === 0 && place > 0) [place, last] = [half(place), half(last)];
    } else {
      after = await node(after, step);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && equal(before, oldRoot) && equal(after, root);
}

/**
 * Whether a leaf is the entry of this sequence (from 1 on) among `size`.
 * @param {Uint8Array} leaf
 * @param {number} sequence
 * @param {number} size
 * @param {Uint8Array[]} proof
 * @param {Uint8Array} root over `size`
 */
export async function included(leaf, sequence, size, proof, root) {
  if (sequence < 1 || sequence > size) return false;
  let [place, last, found] = [sequence - 1, size - 1, leaf];
  for (const step of proof) {
    if (last === 0) return false;
    if (place % 2 || place === last) {
      found = await node(step, found);
      while (place % 2 === 0 && place > 0) [place, last] = [half(place), half(last)];
    } else {
      found = await node(found, step);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && equal(found, root);
}

function half(number) {
  return Math.floor(number / 2);
}

function isPowerOfTwo(number) {
  return Number.isInteger(Math.log2(number));
}
