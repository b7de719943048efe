// "Listen": reads words aloud in their language. Hidden where the browser cannot speak; never speaks by itself.
//
//   <button type="button" data-listen data-text="…" data-lang="en-GB" data-listen-also=".choice" hidden>
//
// data-listen-also is a selector of what is read after the text, each part in the language it is marked with.
// Pressed while it speaks, the button is silent again.

const voice = window.speechSynthesis

function said(text, lang) {
  const words = new SpeechSynthesisUtterance(text)
  words.lang = lang
  words.rate = 0.95
  return words
}

function parts(button) {
  const lang = button.dataset.lang || document.documentElement.lang
  const first = button.dataset.text ? [[button.dataset.text, lang]] : []
  const also = button.dataset.listenAlso ? [...document.querySelectorAll(button.dataset.listenAlso)] : []
  return [...first, ...also.flatMap(spoken)]
}

function spoken(element) {
  const marked = element.querySelector('[lang]')
  const lang = (marked || element.closest('[lang]') || document.documentElement).lang
  const text = element.textContent.replace(/\s+/g, ' ').trim()
  return text ? [[text, lang]] : []
}

function press(button) {
  const speaking = button.getAttribute('aria-pressed') === 'true'
  voice.cancel()
  quiet()
  if (speaking) return
  button.setAttribute('aria-pressed', 'true')
  const all = parts(button).map(([text, lang]) => said(text, lang))
  if (all.length) all[all.length - 1].onend = quiet
  for (const one of all) {
    one.onerror = quiet
    voice.speak(one)
  }
}

function quiet() {
  for (const button of document.querySelectorAll('[data-listen][aria-pressed]')) button.setAttribute('aria-pressed', 'false')
}

export function showListen(root = document) {
  if (!voice || typeof SpeechSynthesisUtterance === 'undefined') return
  for (const button of root.querySelectorAll('[data-listen]')) {
    if (!button.hasAttribute('aria-pressed')) button.addEventListener('click', () => press(button))
    button.setAttribute('aria-pressed', 'false')
    button.hidden = false
  }
}

showListen()
window.addEventListener('pagehide', () => voice && voice.cancel())
