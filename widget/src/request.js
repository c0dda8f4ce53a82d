/** Requests to the bot. Plain text without headers of our own, so that a browser asks nothing beforehand. */

const SECONDS = 15;

/** The bot answered, and said no. */
export class Refused extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {number} wait seconds after which it may be tried again
   */
  constructor(code, message, wait) {
    super(message);
    this.code = code;
    this.wait = wait;
  }
}

/**
 * @param {string} url
 * @param {object} body
 * @param {AbortSignal} signal
 * @returns {Promise<any>}
 * @throws {Refused} where the bot says no; any other error means that it was not reached
 */
export async function post(url, body, signal) {
  const ours = new AbortController();
  const stop = () => ours.abort();
  const timer = setTimeout(stop, SECONDS * 1000);
  signal.addEventListener('abort', stop);
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: JSON.stringify(body),
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal: ours.signal,
    });
    const answer = await response.json(); // a page of a proxy is no answer
    if (response.ok) return answer;
    if (typeof answer.error !== 'string') throw new Error(`status ${response.status}`);
    throw new Refused(answer.error, answer.message, answer.retry_after || 0);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
