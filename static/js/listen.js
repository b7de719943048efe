// "Listen": reads words aloud in their language. Hidden where the device cannot speak it; never speaks by itself.
//
//   <button type="button" data-listen data-text="…" data-lang="en-GB" data-listen-also=".choice" hidden>
//
// data-listen-also is a selector of what is read after the text, each part in the language it is marked with.
// Pressed while it speaks, the button is silent again.

const voice = window.speechSynthesis

// Only a voice of the device itself: others would send the words, and so perhaps an answer, to a company's server.
function ownVoice(lang) {
  const short = lang.slice(0, 2).toLowerCase()
  return voice.getVoices().find((one) => one.localService && one.lang.slice(0, 2).toLowerCase() === short)
}

// Some browsers name their voices only later, and some have none: a button that says nothing is not shown.
const isSilent = (lang) => !ownVoice(lang)

function said(text, lang) {
  const own = ownVoice(lang)
  if (!own) return null
  const words = new SpeechSynthesisUtterance(text)
  words.voice = own
  words.lang = lang
  words.rate = 0.95
  return words
}

// Says a few words at once; silent where the device has no voice for them.
export function say(text, lang) {
  if (!voice || typeof SpeechSynthesisUtterance === 'undefined') return
  const words = said(text, lang)
  voice.cancel()
  if (words) voice.speak(words)
}

function parts(button) {
  const lang = langOf(button)
  const first = button.dataset.text ? [[button.dataset.text, lang]] : []
  const also = button.dataset.listenAlso ? [...document.querySelectorAll(button.dataset.listenAlso)] : []
  return [...first, ...also.flatMap(spoken)]
}

function langOf(button) {
  return button.dataset.lang || document.documentElement.lang
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
  const all = parts(button).map(([text, lang]) => said(text, lang)).filter(Boolean)
  if (!all.length) return quiet()
  all[all.length - 1].onend = quiet
  for (const one of all) {
    one.onerror = quiet
    voice.speak(one)
  }
}

function quiet() {
  for (const button of document.querySelectorAll('[data-listen][aria-pressed]')) button.setAttribute('aria-pressed', 'false')
}

// Looked at again once the voices are named; what speaks just now goes on.
function showWhatSpeaks() {
  for (const button of document.querySelectorAll('[data-listen][aria-pressed]')) button.hidden = isSilent(langOf(button))
}

export function showListen(root = document) {
  if (!voice || typeof SpeechSynthesisUtterance === 'undefined') return
  for (const button of root.querySelectorAll('[data-listen]')) {
    if (!button.hasAttribute('aria-pressed')) button.addEventListener('click', () => press(button))
    button.setAttribute('aria-pressed', 'false')
    button.hidden = isSilent(langOf(button))
  }
}

showListen()
voice?.addEventListener?.('voiceschanged', showWhatSpeaks)
// Older Safari names its voices later and tells nobody.
for (const wait of [300, 1_000, 3_000]) setTimeout(() => voice && showWhatSpeaks(), wait)
window.addEventListener('pagehide', () => voice && voice.cancel())
