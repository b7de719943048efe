// An open page learns within a minute of what cannot wait. Asking keeps nobody signed in (X-Poll), and a question
// that finds no answer is asked again: nothing on the page changes meanwhile.

const EVERY = 30_000

const region = document.getElementById('alerts')
let known = region?.textContent.trim()

async function ask() {
  const answer = await fetch(region.dataset.url, { headers: { 'X-Poll': '1' }, redirect: 'manual', cache: 'no-store' })
  if (!answer.ok) return
  const words = document.createElement('template')
  words.innerHTML = await answer.text()
  if (words.content.textContent.trim() === known) return
  known = words.content.textContent.trim()
  region.replaceChildren(words.content)
}

const quietly = () => ask().catch(() => {})

if (region) {
  setInterval(quietly, EVERY)
  // A tab that was in the background is slow to ask.
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && quietly())
}
