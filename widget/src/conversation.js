/** A visitor's conversation: messages, waiting, trying again, keeping it for the visit. No DOM. */

import { Refused, post } from './request.js';

/**
 * @typedef {{title: string, publisher: string, address: string, date: string}} Source
 * @typedef {{text: string, date: string, source: Source}} Notice
 * @typedef {{name: string, address?: string, phone?: string}} Contact
 *
 * @typedef {object} Message
 * @property {'you' | 'bot'} who
 * @property {string} id
 * @property {number} time milliseconds since 1970
 * @property {string} text
 * @property {string} [kind] of a reply, or "greeting"
 * @property {Notice[]} [notices]
 * @property {Source[]} [sources]
 * @property {string[]} [suggestions]
 * @property {boolean} [helpful] the visitor's vote
 *
 * @typedef {'idle' | 'waiting' | 'retrying' | 'offline' | 'busy' | 'blocked' | 'failed'} State
 */

const PAUSES = [400, 1500, 4000]; // milliseconds before it is tried again
const MOST_KEPT = 200; // messages

/** @returns {string} 32 hexadecimal digits */
const randomId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, '0')).join('');

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Events: `message` (detail: the message), `state`, `reset`.
 */
export class Conversation extends EventTarget {
  /**
   * @param {string} server address of the bot, with a slash at the end
   * @param {string} subject whose site it is, or nothing
   * @param {string} [greeting] in place of the bot's
   */
  constructor(server, subject, greeting) {
    super();
    this.server = server;
    this.subject = subject;
    this.ownGreeting = greeting;
    /** @type {State} */
    this.state = 'idle';
    this.wait = 0; // seconds, when busy
    this.aborter = new AbortController();
    this.key = `ask-resc ${server} ${subject}`;
    const kept = this.read();
    this.open = kept.open === true;
    this.session = String(kept.session || '');
    this.maxLength = Number(kept.maxLength) || 1000;
    /** @type {Contact | null} */
    this.contact = kept.contact || null;
    /** @type {Message[]} */
    this.messages = Array.isArray(kept.messages) ? kept.messages : [];
    /** @type {Message | null} the question that has no answer yet */
    this.pending = this.messages.find((m) => m.id === kept.pending) || null;
    this.sent = this.pending?.id; // the bot may have heard it on the page before
  }

  get hasBegun() {
    return this.messages.length > 0;
  }

  get isWorking() {
    return this.state === 'waiting' || this.state === 'retrying';
  }

  /** Greet, once; and go on with a question that a page change cut off. */
  async begin() {
    if (this.isWorking) return;
    if (!this.hasBegun) await this.attempt(() => this.greet());
    else if (this.pending) await this.retry();
  }

  /**
   * @param {string} text
   */
  async ask(text) {
    this.pending = { who: 'you', id: randomId(), time: Date.now(), text };
    this.add(this.pending);
    await this.retry();
  }

  /** Try again what had no answer. The bot knows a message by its id, and answers it once. */
  async retry() {
    await this.attempt(async () => {
      if (!this.hasBegun) await this.greet();
      const asked = this.pending;
      if (!asked) return;
      const { id, text } = asked;
      const again = id === this.sent;
      this.sent = id;
      const { replies } = await this.post('message', { id, text, again });
      this.pending = null;
      for (const reply of replies) this.add({ ...reply, who: 'bot', time: Date.now() });
    });
  }

  /**
   * @param {Message} message
   * @param {boolean} helpful
   * @returns {Promise<boolean>} whether it was kept
   */
  async vote(message, helpful) {
    try {
      await this.post('vote', { answer: message.id, helpful });
      message.helpful = helpful;
      this.save();
      return true;
    } catch (error) {
      return false;
    }
  }

  /** Forget all of it and begin anew, as somebody else. */
  startOver() {
    this.aborter.abort();
    this.aborter = new AbortController();
    this.session = '';
    this.messages = [];
    this.pending = null;
    this.save();
    this.dispatchEvent(new Event('reset'));
    this.state = 'idle';
    return this.begin();
  }

  /**
   * @param {import('./texts.js').Texts} words
   * @param {string} language
   * @returns {string} the conversation to be read elsewhere
   */
  transcript(words, language) {
    const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
    return this.messages
      .map((message) => {
        const lines = [`${message.who === 'you' ? words.you : words.bot} ${message.text} (${day.format(message.time)})`];
        for (const notice of message.notices || []) lines.push(`${words.notice} (${notice.date}): ${notice.text}`);
        for (const s of message.sources || []) {
          lines.push(`${words.source} ${s.title}, ${s.publisher}, ${s.address} (${s.date})`);
        }
        return lines.join('\n');
      })
      .join('\n\n');
  }

  /** @param {boolean} open whether the visitor has the chat open */
  setOpen(open) {
    this.open = open;
    this.save();
  }

  async greet() {
    const { greeting, suggestions } = await this.newSession();
    this.add({ who: 'bot', kind: 'greeting', id: randomId(), time: Date.now(), text: this.ownGreeting || greeting, suggestions });
  }

  async newSession() {
    const { session, subject } = this;
    const begun = await post(`${this.server}webhooks/web/session`, { session, subject }, this.aborter.signal);
    if (begun.subject_unknown) console.warn(`ask-resc: nobody is known by data-subject="${subject}".`);
    this.session = begun.session;
    this.contact = begun.contact;
    this.maxLength = begun.max_length;
    this.save();
    return begun;
  }

  /**
   * @param {string} what
   * @param {object} body
   */
  async post(what, body) {
    const send = () => {
      const { session, subject } = this;
      return post(`${this.server}webhooks/web/${what}`, { session, subject, ...body }, this.aborter.signal);
    };
    try {
      return await send();
    } catch (error) {
      // The bot has another secret now: the conversation goes on in a new session.
      if (!(error instanceof Refused) || error.code !== 'session_unknown') throw error;
      await this.newSession();
      return send();
    }
  }

  /**
   * Do it, again after pauses while the bot cannot be reached, and say how it stands.
   * @param {() => Promise<void>} work
   */
  async attempt(work) {
    const { signal } = this.aborter;
    this.change('waiting');
    for (let tries = 0; ; tries++) {
      try {
        await work();
        if (!signal.aborted) this.change('idle');
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Refused) return this.refused(error);
        if (tries === PAUSES.length) return this.change('offline');
      }
      this.change('retrying');
      await pause(PAUSES[tries]);
      if (signal.aborted) return;
    }
  }

  /** @param {Refused} error */
  refused(error) {
    console.error(`ask-resc: ${error.message}`);
    this.wait = error.wait;
    this.change(error.code === 'too_many' ? 'busy' : error.code === 'origin_not_allowed' ? 'blocked' : 'failed');
  }

  /** @param {State} state */
  change(state) {
    this.save();
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new Event('state'));
  }

  /** @param {Message} message */
  add(message) {
    this.messages.push(message);
    this.messages.splice(0, this.messages.length - MOST_KEPT);
    this.save();
    this.dispatchEvent(new CustomEvent('message', { detail: message }));
  }

  /** @returns {Record<string, any>} what this tab keeps until it is closed */
  read() {
    try {
      return JSON.parse(sessionStorage.getItem(this.key) || '{}') || {};
    } catch (error) {
      return {};
    }
  }

  save() {
    const { open, session, maxLength, contact, messages, pending } = this;
    try {
      sessionStorage.setItem(this.key, JSON.stringify({ open, session, maxLength, contact, messages, pending: pending?.id }));
    } catch (error) {
      // A browser that keeps nothing: the conversation then ends with the page.
    }
  }
}
