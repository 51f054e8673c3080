// Who is signed in. The token lives in this tab's sessionStorage and travels in a header only:
// there is no cookie, so nothing that another site could make this browser send.
import { html, nothing, render } from './parts.js';

const KEY = 'holdfast.token';

/** signIns: how often somebody signed in, by which a call that waited for it knows. */
export const session = { token: sessionStorage.getItem(KEY) || '', who: null, signIns: 0 };

/** May the person act, or only look? */
export const can = () => session.who?.role === 'operator';

let asking = null;

/**
 * Asks for a token until one is good. The page behind stays as it is, with all that was typed;
 * whoever got a 401 waits here and then tries again.
 */
export function signIn(why = '') {
  asking ??= new Promise((resolve) => open(why, resolve)).finally(() => { asking = null; });
  return asking;
}

export function signOut() {
  sessionStorage.removeItem(KEY);
  location.hash = '#/overview';
  location.reload();
}

/** Who has this token; null when nobody has. */
export async function whoHas(token) {
  const answer = await fetch('/v1/whoami', { headers: { Authorization: 'Bearer ' + token } });
  if (answer.status === 401) return null;
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.detail || 'status ' + answer.status);
  return told;
}

function open(why, done) {
  const dialog = document.createElement('dialog');
  dialog.className = 'sign-in';
  dialog.setAttribute('aria-labelledby', 'sign-in-title');
  let trouble = why;
  let busy = false;
  const draw = () => render(form(), dialog);

  async function submit(event) {
    event.preventDefault();
    const token = dialog.querySelector('#token').value.trim();
    busy = true;
    draw();
    try {
      trouble = await take(token);
    } catch (e) {
      trouble = e instanceof TypeError ? 'The gateway can not be reached. Try again.' : 'The gateway says: ' + e.message;
    }
    busy = false;
    draw();
    if (trouble) return dialog.querySelector('#token').select();
    dialog.close();
    dialog.remove();
    done();
  }

  const form = () => html`
    <form @submit=${submit}>
      <h1 id="sign-in-title"><span class="mark" aria-hidden="true"></span>Holdfast</h1>
      <p>Sign in with your token. The operator's own stands in <code>operator.token</code> in the data folder; others are
        in the file that <code>admin.tokens</code> names.</p>
      <div><label for="token">Token</label>
      <input id="token" type="password" autocomplete="off" spellcheck="false" required aria-describedby="sign-in-trouble"></div>
      <p id="sign-in-trouble" class="trouble" role="alert">${trouble || nothing}</p>
      <button class="primary" ?disabled=${busy}>${busy ? 'Looking…' : 'Sign in'}</button>
      <p class="soft small">It is kept in this tab until you close it or sign out.</p>
    </form>`;

  dialog.addEventListener('cancel', (event) => event.preventDefault());
  document.body.append(dialog);
  draw();
  dialog.showModal();
  dialog.querySelector('#token').focus();
}

/** What is wrong with it; empty when it was taken. */
async function take(token) {
  const who = await whoHas(token);
  if (!who) return 'This is not a valid token.';
  if (who.role !== 'operator' && who.role !== 'viewer') {
    return 'The token ' + who.name + ' has the role ' + who.role + '. This page needs operator or viewer.';
  }
  session.token = token;
  session.who = who;
  session.signIns++;
  sessionStorage.setItem(KEY, token);
  return '';
}
