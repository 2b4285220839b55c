/**
 * Takes the secret of a personal link out of the address bar and into the form.
 *
 * The secret never stands in an address that is sent or kept in the history. Asking whose it is opens nothing, so that
 * may go by itself; going in is a button on the next page.
 */
import { forget } from "./shell.js";

const secret = location.hash.slice(1);
if (secret) {
  history.replaceState(null, "", location.pathname + location.search);
  const form = document.getElementById("with-link");
  form.elements.secret.value = decodeURIComponent(secret);
  document.getElementById("with-code").hidden = true;
  form.hidden = false;
  await forget();
  form.requestSubmit();
} else {
  await forget(); // whoever comes in next is shown by the server
}
