/** Colours that can be read: contrast as WCAG reckons it, and a palette that keeps to it. No DOM. */

/** @typedef {[number, number, number]} Rgb red, green and blue, each 0 to 255 */

/** What WCAG 2.2 asks of text, and a little more for rounding. */
const READABLE = 4.55;

/**
 * @param {string} computed a colour as `getComputedStyle` gives it: `rgb(…)` or `color(srgb …)`
 * @returns {Rgb | null} null where it is none, or one that lets others shine through
 */
export function parse(computed) {
  const numbers = (computed.match(/-?[\d.]+(?:e-?\d+)?/g) || []).map(Number);
  const scale = computed.startsWith('color(srgb ') ? 255 : computed.startsWith('rgb') ? 1 : 0;
  if (!scale || numbers.length < 3 || (numbers[3] ?? 1) < 1) return null;
  return /** @type {Rgb} */ (numbers.slice(0, 3).map((n) => Math.max(0, Math.min(255, Math.round(n * scale)))));
}

/** @param {Rgb} colour */
export const css = (colour) => `rgb(${colour.join(' ')})`;

/** @param {Rgb} colour */
function luminance(colour) {
  const [r, g, b] = colour.map((n) => (n / 255 <= 0.04045 ? n / 255 / 12.92 : ((n / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * @param {Rgb} one
 * @param {Rgb} other
 */
export function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/**
 * @param {Rgb} from
 * @param {Rgb} to
 * @param {number} share 0 gives `from`, 1 gives `to`
 * @returns {Rgb}
 */
const mix = (from, to, share) => /** @type {Rgb} */ (from.map((n, i) => Math.round(n + (to[i] - n) * share)));

/**
 * The colour nearest to the one wished for that can be read on all the grounds.
 * @param {Rgb} wished
 * @param {Rgb[]} grounds
 * @param {Rgb} towards a colour that can be read there
 * @param {number} least the contrast it must have; what is no text, such as the edge of a field, needs 3
 */
function readable(wished, grounds, towards, least = READABLE) {
  for (let share = 0; share < 1; share += 0.04) {
    const colour = mix(wished, towards, share);
    if (grounds.every((ground) => contrast(colour, ground) >= least)) return colour;
  }
  return towards;
}

/** @type {Rgb} */
const WHITE = [255, 255, 255];
/** @type {Rgb} */
const BLACK = [0, 0, 0];

/** @param {Rgb} ground */
const inkOn = (ground) => (contrast(WHITE, ground) >= contrast(BLACK, ground) ? WHITE : BLACK);

/**
 * @typedef {object} Wish
 * @property {Rgb | null} accent
 * @property {Rgb | null} background
 * @property {Rgb | null} text
 */

/**
 * Every colour the widget uses. Text in it has a contrast of at least 4.5 to what it stands on,
 * whatever was wished for.
 * @param {Wish} wish
 * @param {boolean} dark
 * @returns {{colours: Record<string, Rgb>, changed: string[]}} colours by name, and the wishes that could not be
 *   fulfilled as they were
 */
export function palette(wish, dark) {
  const background = wish.background || (dark ? [22, 26, 31] : [250, 250, 248]);
  const isDark = inkOn(background) === WHITE;
  const card = mix(background, WHITE, isDark ? 0.07 : 0.7);
  const accent = wish.accent || (dark ? [127, 182, 224] : [23, 78, 120]);
  const tint = mix(background, accent, isDark ? 0.22 : 0.12);
  const amber = mix(background, /** @type {Rgb} */ ([214, 150, 20]), isDark ? 0.2 : 0.16);
  const grounds = [background, card, tint, amber];
  // Where no ink can be read on all of them, the grounds give way.
  const ink = inkOn(background);
  const steady = grounds.map((ground) => (contrast(ink, ground) >= READABLE + 0.6 ? ground : background));
  const text = readable(wish.text || (isDark ? [233, 236, 239] : [28, 33, 38]), steady, ink);
  const [, cardGround, tintGround, amberGround] = steady;
  const muted = readable(mix(text, background, 0.38), steady, text);
  const link = readable(accent, steady, text);
  const changed = [];
  if (wish.text && css(text) !== css(wish.text)) changed.push('text');
  if (wish.accent && css(link) !== css(wish.accent)) changed.push('accent');
  return {
    colours: {
      background, text, muted, accent, link,
      card: cardGround, tint: tintGround, amber: amberGround,
      ink: inkOn(accent),
      line: mix(background, text, 0.2),
      edge: readable(mix(background, text, 0.45), [background, cardGround], text, 3.1),
    },
    changed,
  };
}
