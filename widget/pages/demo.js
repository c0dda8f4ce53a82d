// The demo's own controls: copy the tag, change how the chat looks.
const tag = document.getElementById('tag');
const look = document.getElementById('look');

document.getElementById('copy').addEventListener('click', async () => {
  const copied = document.getElementById('copied');
  try {
    await navigator.clipboard.writeText(tag.textContent);
    copied.textContent = 'Copied.';
  } catch (error) {
    getSelection().selectAllChildren(tag);
    copied.textContent = 'Selected: copy it with your keyboard.';
  }
});

// Behind a proxy, the bot does not know the address it is called by; the browser does.
tag.textContent = tag.textContent.replace(/https?:\/\/[^/]+/, location.origin);

const plain = tag.textContent;
look.addEventListener('input', ({ target }) => {
  const chosen = Object.fromEntries(new FormData(look));
  if (target.name !== 'color' && !look.dataset.coloured) delete chosen.color;
  else look.dataset.coloured = 'yes';
  const attributes = Object.entries(chosen).filter(([, value]) => value);
  const old = document.querySelector('ask-resc');
  const chat = document.createElement('ask-resc');
  if (old.dataset.subject) chat.dataset.subject = old.dataset.subject;
  for (const [name, value] of attributes) chat.dataset[name] = value;
  old.replaceWith(chat);
  tag.textContent = plain.replace('></', `${attributes.map(([name, value]) => ` data-${name}="${value}"`).join('')}></`);
});
