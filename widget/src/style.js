/** How it looks. Colours come from `colour.js` as custom properties; sizes follow the browser's own text size. */

export const CSS = `
:host {
  all: initial !important;
  display: block !important;
  font-size: medium !important;
}
:host([hidden]) { display: none !important }
.root {
  font: 400 1em/1.5 var(--font);
  color: var(--text);
  text-align: start;
  -webkit-text-size-adjust: 100%;
}
.root, .root * { box-sizing: border-box }
.root[hidden], .root [hidden] { display: none }
h1, h2, p { margin: 0; font: inherit }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
svg { width: 1.25em; height: 1.25em; flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }
.more svg { stroke-width: 3.5 }
.down { transform: rotate(180deg) }

button, textarea { font: inherit; color: inherit; letter-spacing: inherit }
button { display: inline-flex; align-items: center; gap: .5em; min-height: 2.25em; padding: .3em .8em; cursor: pointer;
  border: 1px solid var(--edge); border-radius: .6em; background: var(--card); text-align: start; overflow-wrap: anywhere }
button:hover { background: var(--tint) }
button[aria-disabled=true] { cursor: default; opacity: 1 }
.icon { padding: 0; width: 2.25em; justify-content: center; border-color: transparent }
:focus { outline: none }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: .4em }
a { color: var(--link); text-decoration: underline; text-underline-offset: .15em; overflow-wrap: anywhere }

.launcher { position: fixed; bottom: calc(1.25em + env(safe-area-inset-bottom)); z-index: 2147483647; min-height: 3.25em; padding: .6em 1.25em;
  border: 2px solid var(--ink); border-radius: 2em; background: var(--accent); color: var(--ink); font-weight: 600;
  box-shadow: 0 2px 4px #0003, 0 8px 24px #0003 }
.launcher:hover { background: var(--accent); text-decoration: underline; text-underline-offset: .2em }
.launcher:focus-visible { border-radius: 2em; outline-color: var(--accent); outline-offset: 3px }
.right { inset-inline-end: 1.25em }
.left { inset-inline-start: 1.25em }

.panel { display: none; flex-direction: column; margin: 0; padding: 0; border: 1px solid var(--edge); border-radius: 1em; overflow: hidden;
  background: var(--background); color: var(--text) }
.panel[open], section.panel { display: flex }
dialog.panel { position: fixed; inset-block: auto 1.25em; z-index: 2147483647; width: 25em; max-width: calc(100vw - 2.5em);
  height: 42em; max-height: calc(100vh - 2.5em); max-height: calc(100dvh - 2.5em); box-shadow: 0 4px 12px #0003, 0 16px 48px #0004 }
dialog.panel.right { inset-inline: auto 1.25em }
dialog.panel.left { inset-inline: 1.25em auto }
dialog.panel::backdrop { background: #0008 }
dialog.panel.whole { inset: var(--top, 0) 0 auto 0; width: 100%; max-width: none; height: var(--height, 100vh); max-height: none; border: 0; border-radius: 0 }
section.panel { height: var(--ask-resc-height, 36em); width: 100%; min-height: 15em }
.page section.panel { position: fixed; inset: 0; height: auto; width: auto; border: 0; border-radius: 0 }

header { display: flex; flex-wrap: wrap; align-items: center; gap: .25em; padding: .6em .6em .6em 1em; padding-inline: 1em .6em;
  background: var(--accent); color: var(--ink) }
header > div:first-child { flex: 1; min-width: 8em }
h1, h2 { font-weight: 700; font-size: 1.1em; line-height: 1.3; overflow-wrap: anywhere }
header p { font-size: .85em; line-height: 1.3 }
header .icon, header .icon:hover { background: transparent }
header .icon:hover { border-color: currentColor }
header :focus-visible { outline-color: var(--ink); outline-offset: -1px }
.options { display: flex; flex-wrap: wrap; gap: .4em; padding: .6em 1em; border-bottom: 1px solid var(--line); background: var(--card); font-size: .9em }

.log { flex: 1 1 auto; min-height: 4em; overflow-y: auto; overscroll-behavior: contain; padding: 1em; display: flex; flex-direction: column; gap: .9em; scrollbar-width: thin }
.log:focus-visible { outline-offset: -3px; border-radius: 0 }
.log > :first-child { margin-top: auto }
.turn { display: flex; flex-direction: column; gap: .9em; max-width: 100% }
.message { position: relative; overflow-wrap: anywhere }
.said { white-space: pre-wrap }
.turn.you { align-self: flex-end; max-width: 85% }
.message.you { display: flex; flex-direction: column; align-items: flex-end }
.you .said { padding: .5em .9em; border: 1px solid transparent; border-radius: 1em 1em .25em 1em; background: var(--tint) }
.message.bot { padding: .8em 1em .7em; border: 1px solid var(--line); border-inline-start: 3px solid var(--accent); border-radius: .25em .8em .8em .25em; background: var(--card) }
time { font-size: .8em; color: var(--muted); font-variant-numeric: tabular-nums }
.small { margin-top: .5em; font-size: .85em; line-height: 1.45; color: var(--muted) }
.contact { margin-top: .6em; font-weight: 600 }
.notice { margin-top: .7em; padding: .55em .8em; border-inline-start: 3px solid #c98a12; border-radius: .2em; background: var(--amber); font-size: .93em }
.notice .small { margin-top: .2em; font-size: .92em; color: inherit }
.foot { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .3em 1em; margin-top: .6em; padding-top: .5em; border-top: 1px solid var(--line) }
.vote { display: flex; flex-wrap: wrap; align-items: center; gap: .35em; font-size: .85em; color: var(--muted) }
.vote button { min-height: 2em; padding: .15em .6em; border-color: var(--line); color: var(--text); background: transparent }
.vote svg { width: 1.1em; height: 1.1em }
.vote [aria-pressed=true] { background: var(--accent); border-color: var(--accent); color: var(--ink) }
.suggestions { display: flex; flex-wrap: wrap; gap: .5em }
.suggestions button { border-color: var(--link); color: var(--link); border-radius: 1.2em; line-height: 1.3 }
.trouble { padding: .8em 1em; border: 2px solid var(--edge); border-radius: .6em; background: var(--amber) }
.trouble button { margin-top: .5em }

.status { display: flex; align-items: center; gap: .6em; min-height: 1.9em; padding: .1em 1em; font-size: .88em; color: var(--muted) }
.dots { display: flex; gap: .25em }
.dots i { width: .42em; height: .42em; border-radius: 50%; background: var(--accent); border: 1px solid var(--edge) }
form { display: flex; align-items: flex-end; gap: .5em; margin: 0; padding: .3em .8em .8em; padding-bottom: calc(.8em + env(safe-area-inset-bottom)) }
label { flex: 1; min-width: 0 }
textarea { display: block; width: 100%; min-height: 2.75em; max-height: 8em; margin: 0; padding: .55em .9em; resize: none; border: 1px solid var(--edge);
  border-radius: .8em; background: var(--card); color: var(--text); line-height: 1.5 }
textarea::placeholder { color: var(--muted); opacity: 1 }
textarea:focus-visible { outline-offset: 0; border-radius: .8em }
.send, .send:hover { min-height: 2.75em; padding-inline: 1em; border-color: var(--accent); border-radius: .8em; background: var(--accent); color: var(--ink); font-weight: 600 }
.send:hover { text-decoration: underline; text-underline-offset: .2em }
.send[aria-disabled=true], .send[aria-disabled=true]:hover { background: var(--card); color: var(--muted); border-color: var(--line); text-decoration: none }

@media (prefers-reduced-motion: no-preference) {
  .log { scroll-behavior: smooth }
  .dots i { animation: nod 1.2s infinite }
  .dots i:nth-child(2) { animation-delay: .15s }
  .dots i:nth-child(3) { animation-delay: .3s }
  dialog.panel:not(.whole), .turn.new { animation: rise .18s ease-out }
}
@keyframes nod { 30% { transform: translateY(-.25em) } 60% { transform: none } }
@keyframes rise { from { opacity: .4; transform: translateY(.5em) } }
@media (max-height: 24em) {
  header { padding-block: .2em }
  header p { display: none }
  .log { padding-block: .5em }
  form { padding-bottom: .4em }
}
@media (max-width: 22em) { .send span { display: none } .log { padding-inline: .7em } }
@media (forced-colors: active) {
  .launcher, .panel, .message.bot, .send, .vote [aria-pressed=true], .you .said { border: 1px solid }
  .vote [aria-pressed=true] { forced-color-adjust: none; background: Highlight; color: HighlightText; border-color: Highlight }
  .send[aria-disabled=true] { color: GrayText }
  .dots i { background: CanvasText }
  header { border-bottom: 1px solid }
  :focus-visible, .launcher:focus-visible, header :focus-visible { outline-color: Highlight }
}
@media print {
  .launcher, dialog.panel, form, .status, .options, header button, .suggestions, .vote { display: none !important }
  section.panel { height: auto; border: 0 }
  .log { overflow: visible }
}
`;

/** For the conversation printed by itself. */
export const PRINT = `
body { font: 11pt/1.45 system-ui, sans-serif; margin: 0 }
h1 { font-size: 15pt }
pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere }
`;
