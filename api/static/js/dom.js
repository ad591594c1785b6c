// Building the page. Text reaches the document only as text nodes, so no name can become markup.

// Marks that turn the direction of text would reach beyond the name that holds them.
const TURNING_MARKS = /[\u202a-\u202e\u2066-\u2069]/gu;
const SVG = "http://www.w3.org/2000/svg";

/** An HTML element; `on` holds listeners, `data` data attributes, other properties attributes. */
export function element(tag, properties = {}, ...children) {
  return dress(document.createElement(tag), properties, children);
}

/** An SVG element, with the same properties. */
export function svg(tag, properties = {}, ...children) {
  return dress(document.createElementNS(SVG, tag), properties, children);
}

function dress(node, { on = {}, data = {}, ...attributes }, children) {
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  for (const [name, value] of Object.entries(data)) node.dataset[name] = value;
  for (const [type, listener] of Object.entries(on)) node.addEventListener(type, listener);
  node.append(
    ...children
      .flat()
      .filter((child) => child !== null && child !== undefined && child !== false)
      .map((child) => (child instanceof Node ? child : plainText(child))),
  );
  return node;
}

const plainText = (text) => String(text).replace(TURNING_MARKS, "");

/** Set an attribute; true stands alone, and false, null or undefined take it away. */
export function setAttribute(node, name, value) {
  if (value === false || value === null || value === undefined) node.removeAttribute(name);
  else if (value === true) node.setAttribute(name, "");
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

/** Change a node's text only when it differs, so that nothing is laid out again for nothing. */
export function setText(node, text) {
  const wanted = plainText(text ?? "");
  if (node.textContent !== wanted) node.textContent = wanted;
}

/** Say something to people who use a screen reader. */
export function announce(text) {
  setText(document.getElementById("announcer"), text);
}
