/** The button that opens the browser's print dialogue; without scripts there is none. */
const button = document.querySelector("#print");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
