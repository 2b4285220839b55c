import { concat, equal, fromBase64, fromHex, utf8 } from "../lib/bytes.js";
import { signed } from "../lib/ed25519.js";
import { consistent, included } from "../lib/merkle.js";
import { sha256 } from "../lib/sha256.js";

const KEY_ID = 4; // bytes, in front of a note's signature
const ED25519 = 1; // the algorithm's number in a key id

/** The server's history is not the one that it confirmed to this phone. */
export class Distrust extends Error {}

/**
 * This phone as a witness: it keeps the newest checkpoint that the server gave it, and asks of each later one a proof
 * that it continues the one that is kept. A server that takes something back is found out here, and told so.
 *
 * A database that was restored from a copy begins a new epoch. It says so itself, and in its ledger; the checkpoint of
 * the old epoch is kept beside the new one, for whoever wants to compare.
 *
 * @typedef {{epoch: string, note: string, size: number, key: string}} Held
 */
export class Witness {
  #store;

  /** @param {import("./store.js").Store} store */
  constructor(store) {
    this.#store = store;
  }

  /** @returns {Held | undefined} what is held; to be taken before a request, and handed in with its answer */
  get held() {
    return this.#store.witness?.held;
  }

  /** Whether the server was found out. */
  get distrusts() {
    return Boolean(this.#store.witness?.broken);
  }

  /** What goes with a request. */
  get headers() {
    return { "x-witness": String(this.held?.size ?? 0) };
  }

  /**
   * Check what came with an answer, and keep it. Throws Distrust where the history is another one, and SyntaxError where
   * the answer is none of this server's.
   * @param {{witness: {epoch: string, checkpoint: string, consistency: string[] | null, inclusion?: string[]},
   *   uuid?: string, revision?: number, base_revision?: number, receipt?: object}} answer with a receipt where a ballot
   *   was sent; one that was kept as late has no revision but the one that it would have become
   * @param {Held | undefined} held what was held when it was asked for
   */
  async take({ witness: given, uuid, revision, base_revision, receipt }, held) {
    const note = readNote(given?.checkpoint);
    if (receipt) await checkReceipt(receipt, uuid, revision ?? base_revision + 1, note, given.inclusion);
    const key = receipt?.key ?? held?.key ?? "";
    if (key && equal(note.signer, await keyId(note.origin, key)) && (await signed(fromHex(key), note.signature, note.text)) === false) {
      throw new SyntaxError("a checkpoint that is not signed");
    }
    if (held && held.epoch === given.epoch && !(await continues(note, readNote(held.note), given.consistency))) {
      await this.#store.keepWitness({ ...this.#store.witness, broken: { held: held.note, given: given.checkpoint } });
      throw new Distrust();
    }
    await this.#keep({ epoch: given.epoch, note: given.checkpoint, size: note.size, key });
  }

  /** Keep the newest; answers may come in another order than they were asked for. */
  async #keep(found) {
    const { held, earlier = [], broken } = this.#store.witness ?? {};
    if (held?.epoch === found.epoch && held.size >= found.size && held.key === found.key && !broken) return;
    const newer = held?.epoch === found.epoch && held.size > found.size ? { ...held, key: found.key } : found;
    const left = held && held.epoch !== found.epoch ? [...earlier, held] : earlier;
    await this.#store.keepWitness({ held: newer, earlier: left, broken: null });
  }
}

/**
 * Read a checkpoint (a C2SP signed note). Throws SyntaxError for anything else.
 * @param {string} note
 */
export function readNote(note) {
  const parts = /^((.+)\n(\d+)\n(\S+)\n(\S+)\n)\n\u2014 (\S+) (\S+)\n$/.exec(note);
  if (!parts || parts[6] !== parts[2]) throw new SyntaxError("no checkpoint");
  const [, text, origin, size, root, at, , line] = parts;
  const signature = fromBase64(line);
  return {
    text,
    origin,
    size: Number(size),
    root: fromBase64(root),
    at,
    signer: signature.slice(0, KEY_ID),
    signature: signature.slice(KEY_ID),
  };
}

async function keyId(origin, key) {
  return (await sha256(concat(utf8(`${origin}\n`), Uint8Array.of(ED25519), fromHex(key)))).slice(0, KEY_ID);
}

async function continues(note, before, proof) {
  if (note.origin !== before.origin || !Array.isArray(proof)) return false;
  return consistent(before.size, note.size, proof.map(fromHex), before.root, note.root);
}

/** Throws SyntaxError unless a receipt is whole, signed as far as this browser can tell, and in the checkpoint. */
async function checkReceipt(receipt, uuid, revision, note, inclusion) {
  const { event, epoch, sequence, leaf, salt, body, at, key, signature } = receipt;
  const [ledger, number, , , , , payload] = JSON.parse(body);
  const text = `scoreboard receipt\n${event}\n${epoch}\n${sequence}\n${leaf}\n${uuid}\n${revision}\n${at}\n`;
  const found = await sha256(concat(Uint8Array.of(0), fromHex(salt), utf8(body)));
  const told = [ledger, number, payload.uuid, payload.revision ?? payload.base_revision + 1];
  const whole = equal(found, fromHex(leaf)) && told.every((part, i) => part === [event, sequence, uuid, revision][i]);
  if (!whole || (await signed(fromHex(key), fromHex(signature), text)) === false) throw new SyntaxError("no receipt");
  if (inclusion && !(await included(found, sequence, note.size, inclusion.map(fromHex), note.root))) {
    throw new SyntaxError("a receipt that the checkpoint does not contain");
  }
}
