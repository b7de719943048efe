// Everything works without this file. It adds: GOV.UK's components where a page has one, menus that close,
// focus that is not lost when htmx swaps, and one alert when an answer was not swapped.

const COMPONENTS = {
  'govuk-button': 'Button',
  'govuk-character-count': 'CharacterCount',
  'govuk-checkboxes': 'Checkboxes',
  'govuk-error-summary': 'ErrorSummary',
  'govuk-password-input': 'PasswordInput',
  'govuk-radios': 'Radios',
}

// What to say when nothing was swapped. What was typed is always still in the form.
const SAID = {
  0: 'The portal cannot be reached. What you typed is still here. Try again when you are back online.',
  400: 'This page was open for too long, or something was missing. Nothing was saved. Copy what you typed, load the page again and send it once more.',
  401: 'You have been signed out. What you typed is still here: sign in in another tab, then save again.',
  403: 'Your account may not do this. Nothing was changed.',
  404: 'This is no longer here, or is not yours to see. Nothing was changed.',
  413: 'That is too big to send: a file may have at most 10 MB. Nothing was saved, and what you typed is still here.',
  429: 'Too many tries in a short time. Wait a minute, then try again. What you typed is still here.',
  503: 'The service is busy. Wait a minute, then try again. What you typed is still here.',
  504: 'The portal did not answer in time. Check whether it was saved before you try again. What you typed is still here.',
  other: 'Something went wrong on our side, and nothing was saved. What you typed is still here. Try again in a minute.',
}

const alertRegion = document.getElementById('alert')

async function startComponents(root) {
  const names = Object.keys(COMPONENTS).filter((name) => root.querySelector(`[data-module="${name}"]`))
  if (!names.length) return
  document.body.classList.add('govuk-frontend-supported')
  try {
    const govuk = await import(document.body.dataset.govuk)
    for (const name of names) {
      for (const element of root.querySelectorAll(`[data-module="${name}"]:not([data-${name}-init])`)) new govuk[COMPONENTS[name]](element)
    }
  } catch {
    document.body.classList.remove('govuk-frontend-supported') // every hidden question is shown again
  }
}

let alerted = ''
let alertedTimes = 0

// The same thing said again is heard only when its words are new.
function showAlert(words) {
  alertedTimes = alerted === words && alertRegion.hasChildNodes() ? alertedTimes + 1 : 1
  alerted = words
  const box = document.createElement('div')
  const text = document.createElement('p')
  const close = document.createElement('button')
  box.className = 'app-alert__box'
  text.className = 'app-alert__words'
  text.textContent = alertedTimes > 1 ? `Tried ${alertedTimes} times. ${words}` : words
  close.className = 'app-alert__close'
  close.type = 'button'
  close.textContent = 'Close'
  close.addEventListener('click', clearAlert)
  box.append(text, close)
  alertRegion.replaceChildren(box)
}

function clearAlert() {
  alertRegion.replaceChildren()
}

function swapped(status) {
  return (status >= 200 && status < 300) || status === 409 || status === 422
}

// A whole page that answers where a part was awaited (a conflict, a redirect) takes the place of the whole main part.
function placeWholePage(ctx) {
  const whole = /^\s*<!doctype/i.test(ctx.text)
  if (!whole || ctx.select || ctx.target === document.body) return
  Object.assign(ctx.hx, { retarget: '#main-content', reselect: '#main-content', reswap: 'outerHTML' })
}

document.addEventListener('htmx:after:request', ({ detail: { ctx } }) => {
  const { status, headers } = ctx.response
  if (ctx.hx.redirect || ctx.hx.location || ctx.hx.refresh) return
  if (swapped(status)) {
    clearAlert()
    return placeWholePage(ctx)
  }
  if (status < 400) return
  const reference = headers.get('X-Request-ID')
  showAlert((SAID[status] ?? SAID.other) + (status >= 500 && reference ? ` Reference: ${reference}.` : ''))
})

document.addEventListener('htmx:error', ({ detail: { ctx } }) => {
  if (!ctx || ctx.response) return
  showAlert(ctx.request.signal.aborted ? SAID[504] : SAID[0])
})

// A swap that takes away what had the focus gives it to the new part: its errors, its heading, or itself.
let focusWasInside = false

document.addEventListener('htmx:before:swap', ({ detail: { tasks } }) => {
  const active = document.activeElement
  focusWasInside = active !== document.body && tasks.some(({ target }) => target instanceof Element && target.contains(active))
})

document.addEventListener('htmx:after:swap', async ({ detail: { ctx } }) => {
  const part = ctx.target?.isConnected ? ctx.target : ctx.sourceElement
  await startComponents(document)
  if (!focusWasInside || document.activeElement !== document.body || !part?.isConnected) return
  const place = part.querySelector('[data-focus], .govuk-error-summary, h1, h2, h3') ?? part
  if (!place.hasAttribute('tabindex')) place.setAttribute('tabindex', '-1')
  place.focus({ preventScroll: !place.matches('.govuk-error-summary') })
})

// Menus close with Escape and with a click elsewhere.
document.addEventListener('keydown', ({ key }) => {
  const open = key === 'Escape' && document.activeElement.closest('.app-menu[open], .app-person[open]')
  if (!open) return
  open.open = false
  open.querySelector('summary').focus()
})

document.addEventListener('click', ({ target }) => {
  for (const menu of document.querySelectorAll('.app-menu[open], .app-person[open]')) {
    if (!menu.contains(target)) menu.open = false
  }
})

// A page that comes back from the browser's memory may belong to somebody who has left: it is read again.
window.addEventListener('pageshow', ({ persisted }) => persisted && location.reload())

// GOV.UK marks radios as expanded, which ARIA knows of no radio. What an answer reveals is read next in any case.
new MutationObserver((changes) => {
  for (const { target } of changes) if (target.type === 'radio') target.removeAttribute('aria-expanded')
}).observe(document.body, { subtree: true, attributeFilter: ['aria-expanded'] })

// A live region says only what comes after it: what stood in the banner when the page came is said once more.
const banners = [...document.querySelectorAll('.app-flash__words')].map((words) => words.textContent.trim())
const said = document.getElementById('said')
if (said && banners.length) {
  setTimeout(() => { said.textContent = banners.join(' ') }, 500)
  setTimeout(() => said.replaceChildren(), 10_000)
}

startComponents(document)
