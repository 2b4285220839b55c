import { utf8 } from "./bytes.js";

/**
 * Whether the owner of a key signed a text (Ed25519); null where this browser cannot tell: an older one, or a page that
 * came over plain http.
 * @param {Uint8Array} key public, 32 bytes
 * @param {Uint8Array} signature
 * @param {string} text
 * @returns {Promise<boolean | null>}
 */
export async function signed(key, signature, text) {
  if (!crypto.subtle) return null;
  let imported;
  try {
    imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
  } catch (failure) {
    if (failure.name === "NotSupportedError") return null;
    return false;
  }
  return crypto.subtle.verify("Ed25519", imported, signature, utf8(text));
}
