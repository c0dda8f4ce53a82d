/** Elements, text and safe links. Nothing here, or anywhere else in the widget, takes markup. */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string | null)} children null is left out
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @param {string} path of a drawing 24 wide and high
 */
export function icon(path) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

/**
 * A button that says what it does, or shows it and says it to those who do not see.
 * @param {string} name
 * @param {() => void} action
 * @param {string} [drawing]
 * @param {string} [look] its class
 */
export function button(name, action, drawing, look) {
  const element = h('button', { type: 'button', ...(look ? { class: look } : {}) });
  if (drawing) element.append(icon(drawing));
  if (!drawing || look !== 'icon') element.append(h('span', {}, name));
  else {
    element.setAttribute('aria-label', name);
    element.title = name;
  }
  element.addEventListener('click', action);
  return element;
}

/**
 * @param {string | undefined} address
 * @returns {string | null} the address, where following it can do no harm
 */
export function safe(address) {
  try {
    const url = new URL(address || '', document.baseURI);
    return ['http:', 'https:', 'mailto:', 'tel:'].includes(url.protocol) ? url.href : null;
  } catch (error) {
    return null;
  }
}

/**
 * @param {string} text
 * @param {string | undefined} address
 * @param {string} newTab what it says to those who do not see that it opens elsewhere
 * @returns {Node} a link, or the plain text where the address is not safe
 */
export function link(text, address, newTab) {
  const href = safe(address);
  if (!href) return document.createTextNode(text);
  if (/^(mailto|tel):/.test(href)) return h('a', { href }, text);
  return h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, text, unseen(` (${newTab})`));
}

/** @param {string} text for screen readers alone */
export const unseen = (text) => h('span', { class: 'unseen' }, text);
