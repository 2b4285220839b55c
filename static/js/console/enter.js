/**
 * A one-time link carries its secret behind the "#", which browsers never send. It is taken out of the address bar at
 * once, and sent when the person presses the button: nothing that only follows links uses it up.
 */
const secret = location.hash.slice(1);
if (secret) {
  history.replaceState(null, "", location.pathname + location.search);
  document.querySelector("#secret").value = secret;
  document.querySelector("#by-hand").hidden = true;
}
