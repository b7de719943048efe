// Two minutes before an idle session ends it says so, and it can be put off. How long is left comes from the server:
// other tabs may have kept the session, and a tab that slept has lost its sense of time.

const bar = document.getElementById('idle')
const { session, ended } = bar?.dataset ?? {}
const warn = Number(bar?.dataset.warn) * 1000
let end = Date.now() + Number(bar?.dataset.left) * 1000
let timer

async function ask(headers) {
  const answer = await fetch(session, { headers: { 'HX-Request': 'true', ...headers }, cache: 'no-store' })
  if (answer.status === 401) return { left: 0 }
  if (!answer.ok) throw new Error(answer.status)
  return answer.json()
}

function wait() {
  clearTimeout(timer)
  timer = setTimeout(look, Math.max(1000, end - Date.now() - (bar.hasChildNodes() ? 0 : warn)))
}

async function look() {
  if (bar.dataset.over) return
  if (end - Date.now() <= warn) {
    try {
      learn(await ask({ 'X-Poll': '1' }))
    } catch {
      show(Date.now() < end) // no connection: what was known before still holds
    }
  }
  wait()
}

function learn({ left, may_stay: mayStay }) {
  end = Date.now() + left * 1000
  if (left * 1000 > warn) put()
  else show(left > 0, mayStay)
}

function show(before, mayStay = true) {
  const state = before ? (mayStay ? 'warned' : 'last') : 'over'
  if (bar.dataset.state === state && bar.hasChildNodes()) return
  bar.dataset.state = state
  if (!before) bar.dataset.over = 'yes'
  const box = document.createElement('div')
  const text = document.createElement('p')
  box.className = 'app-idle__box'
  text.className = 'app-idle__words'
  const at = new Date(end).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  text.textContent = before ? `You will be signed out at ${at}. ${mayStay ? bar.dataset.words : bar.dataset.last}` : ended
  box.append(text)
  if (before && mayStay) box.append(button())
  put(box)
}

// The page keeps room for the bar, so that it covers nothing that has the focus.
function put(...parts) {
  bar.replaceChildren(...parts)
  document.documentElement.classList.toggle('app-page--warned', parts.length > 0)
}

function button() {
  const made = document.createElement('button')
  made.className = 'govuk-button govuk-button--secondary app-idle__stay'
  made.type = 'button'
  made.textContent = 'Stay signed in'
  made.addEventListener('click', async () => {
    try {
      learn(await ask({}))
      if (!bar.hasChildNodes()) document.getElementById('said').textContent = 'You are still signed in.'
    } catch {
      bar.querySelector('p').textContent = `${bar.dataset.away} (${new Date().toLocaleTimeString('en-GB')})`
    }
    wait()
  })
  return made
}

if (bar && warn) {
  wait()
  document.addEventListener('visibilitychange', () => document.hidden || look())
  window.addEventListener('focus', look)
}
