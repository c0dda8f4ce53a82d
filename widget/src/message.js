/** One message on the page. It is put together before it is shown, so that it is spoken once, and whole. */

import { button, h, icon, link, unseen } from './dom.js';

/**
 * @typedef {object} Setting what a message needs to know of the chat around it
 * @property {import('./texts.js').Texts} words
 * @property {string} language
 * @property {import('./conversation.js').Contact | null} contact
 * @property {string} privacy address of the page that says what is kept
 * @property {(question: string) => void} ask
 * @property {(message: import('./conversation.js').Message, helpful: boolean, group: HTMLElement) => void} vote
 */

/** Replies that a visitor can find helpful or not. */
const VOTED_ON = ['answered', 'corrected', 'no_fact', 'out_of_scope', 'asked_back'];
/** Replies after which a person may know better. */
const LEAVE_OPEN = ['no_fact', 'out_of_scope', 'failed'];

/**
 * @param {import('./conversation.js').Message} message
 * @param {Setting} setting
 */
export function render(message, setting) {
  const { words, language } = setting;
  const isBot = message.who === 'bot';
  const time = new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' });
  const stamp = h('time', { datetime: new Date(message.time).toISOString() }, time.format(message.time));
  // The bot answers in English, whatever the language of the page.
  const said = h('p', { dir: 'auto', class: 'said', ...(isBot ? { lang: 'en' } : {}) }, message.text);
  const whole = h('div', { class: `message ${message.who} ${message.kind || ''}`, 'data-id': message.id });
  whole.append(unseen(`${isBot ? words.bot : words.you} `), said);
  if (isBot) {
    whole.append(sourcesOf(message, setting), ...(message.notices || []).map((notice) => noticeOf(notice, setting)));
    if (message.kind === 'greeting') whole.append(privacyOf(setting));
    if (LEAVE_OPEN.includes(message.kind || '')) whole.append(contactOf(setting));
  }
  whole.append(isBot && VOTED_ON.includes(message.kind || '') ? footOf(message, stamp, setting) : stamp);
  const turn = h('div', { class: `turn ${message.who}` }, spaced(whole));
  if (message.suggestions?.length) turn.append(suggestionsOf(message, setting));
  return turn;
}

/**
 * Spaces between the parts, for a screen reader that takes the text as it comes.
 * @template {HTMLElement} T
 * @param {T} element
 * @returns {T}
 */
function spaced(element) {
  [...element.children].forEach((child) => child.after(' '));
  return element;
}

/**
 * @param {import('./conversation.js').Message} message
 * @param {Setting} setting
 */
function suggestionsOf({ id, suggestions }, { words, ask }) {
  const label = `suggestions-${id}`;
  const group = h('div', { role: 'group', class: 'suggestions', 'aria-labelledby': label });
  // Text, not an attribute, so that it is spoken with what it stands for.
  group.append(h('span', { id: label, class: 'unseen' }, `${words.suggestions}: `));
  for (const question of suggestions || []) {
    const choice = button(question, () => ask(question));
    choice.lang = 'en';
    choice.dir = 'auto';
    group.append(choice);
  }
  return spaced(group);
}

/**
 * @param {import('./conversation.js').Notice} notice
 * @param {Setting} setting
 */
function noticeOf(notice, { words }) {
  const { source } = notice;
  return h(
    'div',
    { class: 'notice' },
    h('p', {}, h('strong', {}, `${words.notice} (${notice.date}): `), h('span', { lang: 'en', dir: 'auto' }, notice.text)),
    h('p', { class: 'small' }, `${words.source} `, link(`${source.title}, ${source.publisher}`, source.address, words.newTab)),
  );
}

/**
 * The sources that do not stand at a notice.
 * @param {import('./conversation.js').Message} message
 * @param {Setting} setting
 */
function sourcesOf(message, { words }) {
  const told = (message.notices || []).map((notice) => notice.source.address);
  const sources = (message.sources || []).filter((source) => !told.includes(source.address));
  const lines = sources.map((source) =>
    h(
      'p',
      { class: 'small' },
      `${words.source} `,
      link(`${source.title}, ${source.publisher}`, source.address, words.newTab),
      ` (${source.date})`,
    ),
  );
  const all = document.createDocumentFragment();
  all.append(...lines);
  return all;
}

/** @param {Setting} setting */
function privacyOf({ words, privacy }) {
  return h('p', { class: 'small' }, `${words.privacy} `, link(words.privacyLink, privacy, words.newTab));
}

/** @param {Setting} setting */
function contactOf({ words, contact }) {
  if (!contact) return '';
  const { name, address, phone } = contact;
  const ways = [link(name || words.contactLink, address, words.newTab)];
  if (phone) ways.push(document.createTextNode(' '), link(phone, `tel:${phone.replace(/[^\d+]/g, '')}`, words.newTab));
  return h('p', { class: 'contact' }, `${words.contact} `, ...ways);
}

const THUMB = 'M7 10v10H4V10zm0 0 4-7c1.6 0 2.5 1 2.2 2.6L12.6 9H19c1.300 0 2.200 1.200 1.900 2.400l-1.800 7A2 2 0 0 1 17.200 20H7';

/**
 * When it was said, and whether it helped.
 * @param {import('./conversation.js').Message} message
 * @param {HTMLElement} stamp
 * @param {Setting} setting
 */
function footOf(message, stamp, { words, vote }) {
  const label = `vote-${message.id}`;
  const group = h('div', { role: 'group', class: 'vote', 'aria-labelledby': label }, h('span', { id: label }, words.helpful));
  for (const helpful of [true, false]) {
    const choice = button(helpful ? words.yes : words.no, () => vote(message, helpful, group));
    const thumb = icon(THUMB);
    if (!helpful) thumb.setAttribute('class', 'down');
    choice.prepend(thumb);
    choice.setAttribute('aria-pressed', String(message.helpful === helpful));
    choice.value = String(helpful);
    group.append(choice);
  }
  return spaced(h('div', { class: 'foot' }, stamp, spaced(group)));
}
