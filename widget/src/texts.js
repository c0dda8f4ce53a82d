/** Every word the widget says itself. Answers come from the bot, in its own language. */

const en = {
  title: 'Ask RESC',
  open: 'Ask a question',
  close: 'Close the chat',
  automated: 'Automated assistant',
  options: 'Options',
  startOver: 'Start over',
  copy: 'Copy the conversation',
  copied: 'The conversation is copied.',
  notCopied: 'This browser does not let the conversation be copied.',
  print: 'Print the conversation',
  startedOver: 'A new conversation has begun.',
  log: 'Conversation',
  input: 'Your question',
  send: 'Send',
  empty: 'Type a question first.',
  wait: 'Please wait for the answer first.',
  tooLong: 'Please shorten your question by {n} characters.',
  waiting: 'Looking for the answer …',
  retrying: 'The connection was lost. Trying again …',
  you: 'You asked:',
  bot: 'Answer:',
  source: 'Source:',
  notice: 'Note',
  newTab: 'opens in a new tab',
  suggestions: 'Suggested questions',
  helpful: 'Was this helpful?',
  yes: 'Yes',
  no: 'No',
  thanks: 'Thank you. Your vote is noted.',
  notKept: 'Sorry, your vote could not be kept. Please try again.',
  privacy: 'Please type nothing private. What is kept:',
  privacyLink: 'privacy',
  contact: 'Ask a person:',
  contactLink: 'contact us',
  offline: 'The assistant cannot be reached right now. Your question is not lost.',
  offlineAtStart: 'The assistant cannot be reached right now.',
  busy: 'There are very many questions right now. Please try again in {n} seconds.',
  blocked: 'The assistant is not set up for this site yet.',
  failed: 'Something went wrong. Your question is not lost.',
  again: 'Try again',
};

/** @typedef {typeof en} Texts */

/** @type {Texts} */
const es = {
  title: 'Ask RESC',
  open: 'Haga una pregunta',
  close: 'Cerrar el chat',
  automated: 'Asistente automático',
  options: 'Opciones',
  startOver: 'Empezar de nuevo',
  copy: 'Copiar la conversación',
  copied: 'La conversación se ha copiado.',
  notCopied: 'Este navegador no permite copiar la conversación.',
  print: 'Imprimir la conversación',
  startedOver: 'Ha empezado una conversación nueva.',
  log: 'Conversación',
  input: 'Su pregunta',
  send: 'Enviar',
  empty: 'Escriba primero una pregunta.',
  wait: 'Espere primero la respuesta.',
  tooLong: 'Acorte su pregunta en {n} caracteres.',
  waiting: 'Buscando la respuesta …',
  retrying: 'Se perdió la conexión. Intentando de nuevo …',
  you: 'Usted preguntó:',
  bot: 'Respuesta:',
  source: 'Fuente:',
  notice: 'Nota',
  newTab: 'se abre en una pestaña nueva',
  suggestions: 'Preguntas sugeridas',
  helpful: '¿Le ha servido?',
  yes: 'Sí',
  no: 'No',
  thanks: 'Gracias. Su voto está anotado.',
  notKept: 'No se pudo guardar su voto. Inténtelo de nuevo.',
  privacy: 'No escriba nada privado. Qué se guarda:',
  privacyLink: 'privacidad',
  contact: 'Pregunte a una persona:',
  contactLink: 'contacto',
  offline: 'No se puede contactar con el asistente. Su pregunta no se ha perdido.',
  offlineAtStart: 'No se puede contactar con el asistente.',
  busy: 'Hay muchas preguntas en este momento. Inténtelo de nuevo en {n} segundos.',
  blocked: 'El asistente aún no está configurado para este sitio.',
  failed: 'Algo salió mal. Su pregunta no se ha perdido.',
  again: 'Intentar de nuevo',
};

const ALL = { en, es };

/**
 * The words in a language; English where there are none.
 * @param {string | undefined} language such as "es" or "es-MX"
 * @returns {[string, Texts]} the language they are in, and the words
 */
export function texts(language) {
  const code = (language || '').toLowerCase().split('-')[0];
  return code === 'es' ? [code, ALL.es] : ['en', ALL.en];
}

/**
 * @param {string} text with {n} in it
 * @param {number} n
 */
export const fill = (text, n) => text.replace('{n}', String(n));
