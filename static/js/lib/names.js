/**
 * A text that exists in two languages, kept from disturbing the direction of what stands around it.
 * @param {string} language of the page
 * @param {string} english
 * @param {string} arabic
 */
export function named(language, english, arabic) {
  const [own, other] = language === "ar" ? [arabic, english] : [english, arabic];
  const element = isolated(own || other);
  if (!own && other) element.lang = language === "ar" ? "en" : "ar";
  return element;
}

/**
 * A text by itself, whatever its direction.
 * @param {string} text
 */
export function isolated(text) {
  const element = document.createElement("bdi");
  element.textContent = text;
  return element;
}
