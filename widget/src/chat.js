/** The element: what is on the page, where the focus is, what is announced. */

import { css, palette, parse } from './colour.js';
import { Conversation } from './conversation.js';
import { button, h, icon, safe, unseen } from './dom.js';
import { render } from './message.js';
import { CSS, PRINT } from './style.js';
import { fill, texts } from './texts.js';

const SPEECH = 'M4 5h16v11H9l-5 4z';
const CROSS = 'M6 6l12 12M18 6 6 18';
const DOTS = 'M12 5h.01M12 12h.01M12 19h.01';
const ARROW = 'M4 12h15m-6-6 6 6-6 6';
const SMALL = '(max-width: 30em), (max-height: 30em)';

/** Where this file came from: the bot. Only there while the file runs for the first time. */
const SCRIPT = /** @type {HTMLScriptElement | null} */ (document.currentScript);
const SERVER = (SCRIPT?.src || location.href).replace(/widget\/[^]*$/, '');

export class AskResc extends HTMLElement {
  static observedAttributes = ['data-theme', 'data-color', 'data-open', 'style', 'class'];

  // All of it made by `build`, once the attributes are there.
  /** @type {string} */ language;
  /** @type {import('./texts.js').Texts} */ words;
  /** @type {Conversation} */ talk;
  /** @type {HTMLElement} */ root;
  /** @type {HTMLElement} */ panel;
  /** @type {HTMLElement} */ log;
  /** @type {HTMLElement} */ status;
  /** @type {HTMLTextAreaElement} */ input;
  /** @type {HTMLButtonElement} */ sender;
  /** @type {HTMLButtonElement} */ launcher;
  /** @type {HTMLButtonElement} */ more;
  /** @type {AbortController | undefined} */ leaving;

  connectedCallback() {
    if (!this.shadowRoot) this.build();
    // With the element, not the constructor: listeners on the page must go when the element goes.
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)']) {
      matchMedia(query).addEventListener('change', () => this.paint(), { signal });
    }
    matchMedia(SMALL).addEventListener('change', () => this.fit(), { signal });
    window.visualViewport?.addEventListener('resize', () => this.fit(), { signal });
    window.visualViewport?.addEventListener('scroll', () => this.fit(), { signal });
    // From anywhere on the page: what the chat covers can be seen again without moving the focus.
    document.addEventListener('keydown', (event) => this.escape(event), { signal });
    window.addEventListener('online', () => this.talk.state === 'offline' && this.talk.retry(), { signal });
    this.paint();
    if (!this.isFloating) this.show(false);
    else if ((this.talk.open || (this.dataset.open !== undefined && !this.talk.hasBegun)) && !matchMedia(SMALL).matches) {
      this.show(false);
    }
  }

  disconnectedCallback() {
    this.leaving?.abort();
  }

  /** @param {string} name */
  attributeChangedCallback(name) {
    if (!this.leaving) return;
    if (name === 'data-open' && this.isFloating) {
      if (this.dataset.open !== undefined) this.show(false);
      else this.hide();
    } else this.paint();
  }

  get isFloating() {
    return (this.dataset.mode || 'floating') === 'floating';
  }

  build() {
    const { title, greeting, subject, lang, position, mode } = this.dataset;
    [this.language, this.words] = texts(lang || document.documentElement.lang);
    const { words } = this;
    this.talk = new Conversation(SERVER, subject || '', greeting);
    const side = position === 'left' ? 'left' : 'right';
    const name = title || words.title;

    this.log = h('div', { class: 'log', role: 'log', tabindex: '0', 'aria-label': words.log, 'aria-live': 'off' });
    this.status = h('div', { class: 'status', role: 'status' });
    this.input = h('textarea', { rows: '1', placeholder: words.input, autocomplete: 'off', enterkeyhint: 'send' });
    this.sender = h('button', { type: 'submit', class: 'send', 'aria-label': words.send }, h('span', {}, words.send), icon(ARROW));
    const form = h('form', { novalidate: '' }, h('label', {}, unseen(words.input), this.input), this.sender);

    const options = h(
      'div',
      { class: 'options', id: 'options', hidden: '' },
      button(words.startOver, () => this.startOver()),
      button(words.copy, () => this.copy()),
      button(words.print, () => this.print()),
    );
    const more = button(words.options, () => {
      options.hidden = !options.hidden;
      more.setAttribute('aria-expanded', String(!options.hidden));
    }, DOTS, 'icon');
    more.setAttribute('aria-expanded', 'false');
    more.setAttribute('aria-controls', 'options');
    more.classList.add('more');
    this.more = more;

    this.panel = h(this.isFloating ? 'dialog' : 'section', { class: `panel ${side}`, 'aria-label': name });
    const header = h('header', {}, h('div', {}, h(mode === 'page' ? 'h1' : 'h2', {}, name), h('p', {}, words.automated)), more);
    if (this.isFloating) header.append(button(words.close, () => this.hide(), CROSS, 'icon'));
    this.panel.append(header, options, this.log, this.status, form);

    // A landmark of its own, wherever on the page it stands; its own words are written from left to right.
    this.root = h(this.isFloating ? 'section' : 'div', { class: `root ${mode || ''}`, lang: this.language, dir: 'ltr' });
    if (this.isFloating) this.root.setAttribute('aria-label', name);
    this.launcher = button(words.open, () => this.show(true), SPEECH, `launcher ${side}`);
    this.launcher.setAttribute('aria-haspopup', 'dialog');
    if (this.isFloating) this.root.append(this.launcher);
    this.root.append(this.panel);

    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    const shadow = this.attachShadow({ mode: 'open' });
    shadow.adoptedStyleSheets = [sheet];
    shadow.append(this.root);

    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.submit();
      }
    });
    this.input.addEventListener('input', () => this.grow());
    if (this.isFloating) {
      // What else closes a dialog: the back gesture of a phone.
      this.panel.addEventListener('cancel', (event) => {
        event.preventDefault();
        this.hide();
      });
    }

    this.talk.messages.forEach((message) => this.put(message));
    this.talk.addEventListener('message', (event) => this.add(/** @type {CustomEvent} */ (event).detail));
    this.talk.addEventListener('state', () => this.tell());
    this.talk.addEventListener('reset', () => this.log.replaceChildren());
  }

  /** @returns {import('./message.js').Setting} */
  get setting() {
    const { words, language, talk } = this;
    const contact = safe(this.dataset.contact) && this.dataset.contact ? { name: '', address: this.dataset.contact } : talk.contact;
    return {
      words, language, contact,
      privacy: this.dataset.privacy || `${SERVER}privacy`,
      ask: (question) => this.ask(question),
      vote: (message, helpful, group) => this.vote(message, helpful, group),
    };
  }

  // Open and closed

  /** @param {boolean} byVisitor the focus then goes in */
  show(byVisitor) {
    const wasOpen = this.panel.hasAttribute('open');
    // What was said before is not news: it is not announced again.
    this.log.setAttribute('aria-live', 'off');
    this.launcher.hidden = true;
    this.fit(true);
    if (byVisitor) this.focusInput(true);
    this.log.scrollTop = this.log.scrollHeight;
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        this.log.setAttribute('aria-live', 'polite');
        if (!wasOpen) this.talk.begin();
      }),
    );
    if (byVisitor) this.talk.setOpen(true);
  }

  hide() {
    const dialog = /** @type {HTMLDialogElement} */ (this.panel);
    const had = this.shadowRoot?.activeElement;
    this.launcher.hidden = false;
    if (dialog.matches(':modal')) dialog.close();
    dialog.removeAttribute('open');
    if (had) this.launcher.focus();
    this.talk.setOpen(false);
  }

  /** @param {KeyboardEvent} event */
  escape(event) {
    if (event.key !== 'Escape' || event.isComposing || event.defaultPrevented || !this.isFloating || !this.panel.hasAttribute('open')) return;
    event.preventDefault();
    this.hide();
  }

  /**
   * On a small screen the chat takes all that the keyboard leaves, and the page behind is out of reach.
   * @param {boolean} opening
   */
  fit(opening = false) {
    const { panel } = this;
    if (!(panel instanceof HTMLDialogElement) || !(opening || panel.open)) return;
    const small = matchMedia(SMALL).matches;
    const had = /** @type {HTMLElement | null | undefined} */ (this.shadowRoot?.activeElement);
    panel.classList.toggle('whole', small);
    if (small !== panel.matches(':modal')) {
      // `show` would take the focus, also of a visitor who types elsewhere.
      if (panel.open) panel.close();
      if (small) panel.showModal();
      had?.focus();
    }
    panel.toggleAttribute('open', true);
    const view = window.visualViewport;
    if (small && view && view.scale === 1) {
      panel.style.setProperty('--height', `${view.height}px`);
      panel.style.setProperty('--top', `${view.offsetTop}px`);
    }
  }

  /** @param {boolean} always also where that brings up a keyboard over half of the screen */
  focusInput(always) {
    if (always || !matchMedia('(pointer: coarse)').matches) this.input.focus({ preventScroll: true });
    else this.log.focus({ preventScroll: true });
  }

  // Talking

  submit() {
    const text = this.input.value.trim();
    const over = text.length - this.talk.maxLength;
    if (this.talk.isWorking) this.say(this.words.wait);
    else if (!text) this.say(this.words.empty);
    else if (over > 0) this.say(fill(this.words.tooLong, over));
    else {
      this.input.value = '';
      this.grow();
      this.ask(text);
    }
  }

  /** @param {string} question */
  ask(question) {
    if (this.talk.isWorking) return this.say(this.words.wait);
    const within = this.shadowRoot?.activeElement;
    if (within && within !== this.input) this.focusInput(false); // a suggestion is about to go
    this.talk.ask(question);
  }

  /** @param {import('./conversation.js').Message} message */
  add(message) {
    this.log.querySelector('.trouble')?.remove();
    const element = this.put(message);
    element.classList.add('new');
    // The beginning of what is new stays in sight.
    const top = element.offsetTop - this.log.offsetTop - 12;
    if (message.who === 'you' || this.log.scrollHeight - top > this.log.clientHeight) this.log.scrollTop = top;
    else this.log.scrollTop = this.log.scrollHeight;
  }

  /**
   * Put a message at the end. Suggestions stand under the last one alone.
   * @param {import('./conversation.js').Message} message
   */
  put(message) {
    this.log.querySelector('.suggestions')?.remove();
    const element = render(message, this.setting);
    this.log.append(element);
    return element;
  }

  /** Say how it stands: working, or what is in the way. */
  tell() {
    const { words, talk, log } = this;
    const { state } = talk;
    this.sender.setAttribute('aria-disabled', String(talk.isWorking));
    if (state === 'waiting' || state === 'retrying') this.say(words[state], true);
    else this.say('');
    const trouble = log.querySelector('.trouble');
    if (trouble) {
      if (trouble.contains(this.shadowRoot?.activeElement || null)) this.focusInput(false);
      trouble.remove();
    }
    if (state === 'idle' || state === 'waiting' || state === 'retrying') return;
    const sentences = { offline: talk.pending ? words.offline : words.offlineAtStart, busy: fill(words.busy, talk.wait), blocked: words.blocked, failed: words.failed };
    const box = h('div', { class: 'trouble' }, h('p', {}, sentences[state]));
    if (state !== 'blocked') box.append(' ', button(words.again, () => talk.retry()));
    log.append(box);
    log.scrollTop = log.scrollHeight;
  }

  /**
   * @param {string} text
   * @param {boolean} busy
   */
  say(text, busy = false) {
    if (this.status.textContent === text) return;
    const dots = busy ? h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')) : null;
    this.status.replaceChildren(...[dots, text].filter((part) => part !== null));
  }

  /**
   * @param {import('./conversation.js').Message} message
   * @param {boolean} helpful
   * @param {HTMLElement} group
   */
  async vote(message, helpful, group) {
    const kept = await this.talk.vote(message, helpful);
    if (kept) {
      for (const choice of group.querySelectorAll('button')) {
        choice.setAttribute('aria-pressed', String(choice.value === String(helpful)));
      }
    }
    this.say(kept ? this.words.thanks : this.words.notKept);
  }

  startOver() {
    this.more.click();
    this.focusInput(false);
    this.talk.startOver();
    this.say(this.words.startedOver);
  }

  async copy() {
    const text = this.talk.transcript(this.words, this.language);
    try {
      await navigator.clipboard.writeText(text);
      this.say(this.words.copied);
    } catch (error) {
      this.say(this.words.notCopied);
    }
  }

  /** Print the conversation, not the page around it. */
  print() {
    const frame = h('iframe', { title: this.words.print, class: 'unseen', tabindex: '-1', 'aria-hidden': 'true' });
    this.root.append(frame);
    const view = /** @type {(Window & typeof globalThis)} */ (frame.contentWindow);
    const sheet = new view.CSSStyleSheet();
    sheet.replaceSync(PRINT);
    view.document.adoptedStyleSheets = [sheet];
    view.document.title = this.panel.getAttribute('aria-label') || '';
    view.document.body.append(
      h('h1', {}, view.document.title),
      h('pre', { dir: 'auto' }, this.talk.transcript(this.words, this.language)),
    );
    view.addEventListener('afterprint', () => frame.remove());
    view.print();
  }

  // How it looks

  grow() {
    this.input.style.height = 'auto';
    this.input.style.height = `${this.input.scrollHeight + 2}px`;
  }

  /** Take over the page's font and the colours asked for, as far as they can be read. */
  paint() {
    const { theme, color, mode } = this.dataset;
    const dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
    const own = getComputedStyle(this);
    /** @param {string} name */
    const wished = (name) => own.getPropertyValue(`--ask-resc-${name}`).trim();
    // A site that names its colour to browsers has named it to us.
    const meta = /** @type {HTMLMetaElement | null} */ (document.querySelector('meta[name=theme-color]'));
    const accent = color || wished('accent') || meta?.content || '';
    const { colours, changed } = palette(
      { accent: this.colour(accent), background: this.colour(wished('background')), text: this.colour(wished('text')) },
      dark,
    );
    for (const [name, colour] of Object.entries(colours)) this.root.style.setProperty(`--${name}`, css(colour));
    this.root.style.colorScheme = dark ? 'dark' : 'light';
    // The frame is a page of ours, without a font of its own.
    const page = mode !== 'page' && this.parentElement ? getComputedStyle(this.parentElement).fontFamily : '';
    this.root.style.setProperty('--font', wished('font') || page || 'system-ui, sans-serif');
    for (const name of changed) {
      console.warn(`ask-resc: the colour for ${name} cannot be read on the background; one that can is used.`);
    }
  }

  /** @param {string} wish */
  colour(wish) {
    if (!wish) return null;
    const probe = h('i', { hidden: '' });
    probe.style.color = wish;
    // Whatever way the colour is written, a mix with itself is written in one.
    probe.style.color = `color-mix(in srgb, ${wish}, ${wish})`;
    if (!probe.style.color) return null;
    this.root.append(probe);
    const colour = parse(getComputedStyle(probe).color);
    probe.remove();
    return colour;
  }
}

/** Put the chat onto the page, as the script's tag asks for it, unless the page has it already. */
export function embed() {
  if (!SCRIPT || document.querySelector('ask-resc')) return;
  const element = document.createElement('ask-resc');
  Object.assign(element.dataset, SCRIPT.dataset);
  document.body.append(element);
}
