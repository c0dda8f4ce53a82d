/** What runs when a page loads the file: the element is made known, and put there where it is not. */

import { AskResc, embed } from './chat.js';

if (!customElements.get('ask-resc')) {
  customElements.define('ask-resc', AskResc);
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', embed);
  else embed();
}
