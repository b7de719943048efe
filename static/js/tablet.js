// A child's turn on the tablet. Without this file the server draws each screen; with it the tablet goes from screen to
// screen by itself, also without signal, and each answer is sealed the moment it is given.

import { add, all, change, forget, now, one, send, sendWish, settle, whenSent, wishWaits } from './tablet-store.js'

const place = document.getElementById('tablet')
const { worker, firstTouch } = document.body.dataset
const over = document.getElementById('tablet-over')
const NOT_KEPT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u2028\u2029\ufffe\uffff]/g // signs that no database keeps
const SERVER_WALKS = ['question', 'stop', 'share', 'tell', 'talk', 'whose', 'end']
const ASIDE = ['stop', 'tell', 'talk', 'talk-unsent'] // from where the child comes back to where it was
const AGAIN_AFTER = 400 // ms; a quicker second touch is a finger that bounced
const SLIDES = 45 * 60 // s, for turns that were taken over by an earlier version
const WARNED = 120 // s before its end a turn says so
const HELD = 5_000 // ms that a touch waits for the tablet's store, before the server answers it
const MOST_STROKES = 200
const MOST_POINTS = 4_000

// What the first screen does without comes after it: on a slow tablet every file before it is felt.
let seal
let listening = { say() {}, showListen() {} } // until the voice is there
let mode = 'server' // who answers a touch; 'script' while it is known that everything the script needs is there
let taken = null // settles when the turns of this page are kept: a touch before that waits for it
let drawn = document.body.dataset.screen // by the server; nothing once another screen took its place
let turn = null // the record whose turn it is, and its screens
let screens = null
let cameFrom = 'welcome'
let askedFrom = 'welcome' // where "No, by mistake" goes back to
let picked = null // the answer that was touched last; touched again, it is given
let pickedAt = 0
let ranOut = false // the time of a turn, and something of it is kept
let toldServer = 0 // ms; that somebody is there
let ended = 'finished'
let several = false // turns that are still to come
const chosen = new Map() // what is in sight again when the child goes back; only in memory

// ---- taking the turns of this page over

async function takeOver() {
  const carried = new Set()
  let handOver = ''
  for (const packed of document.querySelectorAll('script[data-turn]')) {
    const { turn: facts, animal, lang, dir, age } = packed.dataset
    const record = { ...JSON.parse(facts), animal, lang, dir, age, html: packed.textContent, state: 'open', at: -1, parts: {}, end: '', talk: '', touchedAt: 0 }
    record.skew = record.now - Math.floor(Date.now() / 1000)
    delete record.now
    carried.add(record.id)
    handOver = record.handOver
    await add(record)
  }
  if (!carried.size) return // no turns on this page: those that are kept go on
  for (const record of await all()) {
    if (record.state !== 'open' || carried.has(record.id)) continue
    if (record.handOver === handOver) await settle(record.id) // it went to its end at the server
    else await giveUp(record)
  }
}

// Has a turn of this page gone on here, before the server drew a screen of it?
async function hasBegunHere() {
  for (const packed of document.querySelectorAll('script[data-turn]')) {
    const record = await one(JSON.parse(packed.dataset.turn).id)
    if (record?.state === 'open' && record.at >= 0) return true
  }
  return false
}

async function becomeReady(records) {
  if (!navigator.serviceWorker || !records.length) return
  await navigator.serviceWorker.register(worker, { scope: '/voice/' })
  await navigator.serviceWorker.ready
  document.getElementById('tablet-ready').hidden = false
  document.body.dataset.ready = 'offline'
}

// ---- screens

const isLate = (record) => now(record) > endOf(record)

// Forty-five minutes after the latest touch; for several children at least the school day.
function endOf({ touchedAt, slides = SLIDES, lastsFromTouch, lastsUntil }) {
  if (!touchedAt) return lastsUntil
  return lastsFromTouch ? touchedAt + slides : Math.max(lastsUntil, touchedAt + slides)
}

function partsOf(record) {
  const holder = document.createElement('template')
  holder.innerHTML = record.html
  return holder.content
}

function show(section) {
  window.speechSynthesis?.cancel()
  place.replaceChildren(section)
  drawn = ''
  picked = null
  document.body.classList.toggle('tablet__body--secondary', turn?.age === 'secondary')
  if (turn) Object.assign(document.documentElement, { lang: turn.lang, dir: turn.dir })
  listening.showListen(place)
  place.querySelector('h1')?.focus({ preventScroll: true })
  window.scrollTo(0, 0)
  if (['end', 'over'].includes(section.dataset.screen)) document.getElementById('tablet-ready').hidden = true
}

function section(name, at) {
  const wanted = name === 'question' ? `[data-screen="question"][data-at="${at}"]` : `[data-screen="${name}"]`
  return screens.querySelector(wanted).cloneNode(true)
}

const lastQuestion = () => screens.querySelectorAll('[data-screen="question"]').length - 1

function showScreen(name, at = -1) {
  const drawnNow = section(name, at)
  if (name === 'question') restore(drawnNow)
  if (name === 'welcome' && !(several && nothingSaid(turn))) drawnNow.querySelector('[data-another]')?.remove()
  if (name === 'stop' && cameFrom !== 'question') drawnNow.querySelector('[data-before]')?.remove()
  show(drawnNow)
  if (drawnNow.dataset.kind === 'drawing') beginDrawing(drawnNow)
}

const nothingSaid = (record) => Object.keys(record.parts).length === 0

function where(record) {
  if (record.at < 0) return showScreen('welcome')
  return record.at > lastQuestion() ? showScreen('share') : showScreen('question', record.at)
}

function begin(record) {
  const parts = partsOf(record)
  placeSheet(parts)
  turn = record
  screens = parts
  ended = 'finished'
  cameFrom = 'welcome'
  chosen.clear()
  if (record.at >= 0 || drawn !== 'welcome') where(record)
}

// The symbols that the screens of a turn point to.
function placeSheet(parts) {
  const sheet = parts.querySelector('.tablet__sheet')
  if (sheet) document.getElementById('tablet-sheet').replaceChildren(sheet)
}

async function openTurn(id) {
  return (await openTurns()).find((record) => record.id === id)
}

async function openTurns() {
  const open = (await all()).filter((record) => record.state === 'open')
  for (const record of open.filter(isLate)) await giveUp(record)
  return open.filter((record) => !isLate(record)).sort((a, b) => a.animal.localeCompare(b.animal))
}

// Time is over, or the tablet was handed over anew: what was answered is kept, for the team alone. Nothing is of who
// stood at "Stop": that child was asked, and had not said so.
async function giveUp(record) {
  if (!record.touchedAt && !wishWaits(record)) return forget(record.id)
  const keep = !record.stopping && !nothingSaid(record)
  const end = await seal({ end: 'unfinished', keep, at: new Date().toISOString() }, record)
  const parts = (known) => (keep ? known.parts : {})
  await change(record.id, (known) => known.state === 'open' && { ...known, state: 'over', parts: parts(known), end, html: '' })
  ranOut ||= keep
}

async function showFirst() {
  turn = null
  screens = null
  const open = await openTurns()
  if (!open.length) return showOver()
  const together = open.length > 1 || !open[0].lastsFromTouch
  if (together) showAnimals('animals', open)
  else begin(open[0])
}

function showOver() {
  const last = over.content.firstElementChild.cloneNode(true)
  last.querySelector('[data-ran-out]').hidden = !ranOut
  show(last)
}

// Which child it is: to go on with its turn ('animals'), or because somebody wants to talk ('whose').
function showAnimals(name, open) {
  turn = screens = null
  several = open.length > 1
  const parts = partsOf(open[0])
  const list = parts.querySelector(`[data-screen="${name}"]`)
  list.querySelector('.tablet__animals').append(...open.map(animalButton))
  placeSheet(parts)
  show(list)
}

function animalButton(record) {
  const button = Object.assign(document.createElement('button'), { className: 'tablet__animal', type: 'submit', name: 'place', value: record.id })
  const words = Object.assign(document.createElement('span'), { className: 'tablet__says', textContent: record.animal })
  button.append(...partsOf(record).querySelector('[data-tile]').children, words)
  return button
}

// ---- what a touch does

async function answer(part, at) {
  const closed = await seal(part, turn)
  const after = await change(turn.id, (known) => known.state === 'open' && { ...known, touchedAt: now(known), at: at + 1, parts: { ...known.parts, [at]: closed } })
  if (!after) return showFirst() // another tab has finished this turn
  turn = after
  stayOpen()
  where(turn)
}

async function finish(end) {
  const closed = await seal({ at: new Date().toISOString(), ...end }, turn)
  const outcome = (known) => (end.keep ? { parts: known.parts } : { parts: {}, keptNothing: true })
  const after = await change(turn.id, (known) => known.state === 'open' && { ...known, state: 'over', html: '', end: closed, ...outcome(known) })
  if (!after) return showFirst() // another tab has finished this turn
  turn = after
  chosen.clear()
  await showEnd()
  send()
}

async function showEnd() {
  const last = section('end')
  last.querySelector('[data-kept]').hidden = Boolean(turn.keptNothing)
  last.querySelector('[data-kept-nothing]').hidden = !turn.keptNothing
  last.querySelector('[data-another]').hidden = (await openTurns()).length === 0
  show(last)
}

async function wishToTalk() {
  try {
    const closed = await seal({ talk: true }, turn) // sealed anew at each press, which tells the server two presses from one
    await change(turn.id, (known) => ({ ...known, talk: closed, talkHeld: false, talkRefused: false }))
    const outcome = await Promise.race([sendWish(turn.id), new Promise((done) => setTimeout(done, 4_000, 'later'))])
    showScreen(outcome === 'held' ? 'talk' : 'talk-unsent')
    if (outcome !== 'held') send()
  } catch {
    showScreen('talk-unsent')
  }
}

// To "Stop" or "I want to talk". From one of them to the other the way back stays what it was.
function stepAside(current) {
  remember(current)
  askedFrom = current.dataset.screen
  if (!ASIDE.includes(current.dataset.screen)) cameFrom = current.dataset.screen
}

// What is in sight and not sent yet is there again when the child comes back.
function remember(current) {
  if (current.dataset.screen !== 'question') return
  const given = read(current)
  if (given) chosen.set(current.dataset.key, given)
  else chosen.delete(current.dataset.key)
}

async function goBack(section) {
  const { screen, at } = section.dataset
  remember(section)
  if (ASIDE.includes(screen)) {
    if (screen === 'tell' && askedFrom === 'stop') return showScreen('stop')
    turn = (await isStopping(false)) || (await one(turn.id)) || turn
    if (cameFrom === 'animals') return showFirst()
    if (cameFrom === 'end') return showEnd()
    if (cameFrom === 'share') return showScreen('share')
    return where(turn)
  }
  if (screen === 'share' && ended === 'stopped') {
    ended = 'finished'
    cameFrom = 'question' // going on means the questions, also where the child stepped aside from here
    return showScreen('stop')
  }
  return goTo(screen === 'share' ? lastQuestion() : Number(at) - 1)
}

async function goTo(at) {
  turn = (await change(turn.id, (known) => known.state === 'open' && { ...known, at, touchedAt: now(known), stopping: false })) || turn
  where(turn)
}

async function touched(form, act) {
  const current = form.closest('[data-screen]')
  if (form.dataset.act.startsWith('choose')) return chosenAnimal(form.dataset.act, await openTurn(act))
  if (act === 'another') return toTheAnimals()
  if (act === 'talk') return turn ? askOnce(place.querySelector('[data-screen]')) : askWhose()
  if (!form.isConnected) return // another screen came while the touch was held
  if (act === 'start') return start()
  if (act === 'tell') return wishToTalk()
  if (act === 'back') return goBack(current)
  if (act === 'before') return goTo(turn.at - 1)
  if (act === 'stop') return leaveToStop(current)
  if (act === 'throw_away') return finish({ end: 'stopped', keep: false })
  if (act === 'keep') return keepSome()
  if (act === 'share') return finish({ end: ended, keep: true, share: [...form.querySelectorAll('[name=share]:checked')].map((box) => box.value) })
  if (act === 'not_say' || act === 'not_know') return notAnswered(current, act)
  if (act === 'answer') return answered(current)
}

// The animal of a turn that is over is not there any more: then the list is shown anew.
function chosenAnimal(act, record) {
  if (!record) return showFirst()
  begin(record)
  if (act === 'choose') return
  cameFrom = askedFrom = 'animals'
  showScreen('tell')
}

// For another child; or it was the wrong animal, and its turn is as if nobody had touched it.
async function toTheAnimals() {
  if (turn?.state === 'open') await change(turn.id, (known) => known.state === 'open' && nothingSaid(known) && { ...known, at: -1, touchedAt: 0 })
  return showFirst()
}

async function leaveToStop(current) {
  stepAside(current)
  turn = (await isStopping(true)) || turn
  showScreen('stop')
}

const isStopping = (stopping) => change(turn.id, (known) => known.state === 'open' && { ...known, stopping })

function askOnce(current) {
  stepAside(current)
  showScreen('tell')
}

async function askWhose() {
  const open = await openTurns()
  return open.length ? showAnimals('whose', open) : showFirst()
}

async function start() {
  turn = (await change(turn.id, (known) => known.state === 'open' && { ...known, at: Math.max(known.at, 0), touchedAt: now(known) })) || turn
  stayOpen()
  where(turn)
}

// The server's session lasts as long as the turn: it hears of touches, once a minute at most.
function stayOpen() {
  if (Date.now() - toldServer < 60_000) return
  toldServer = Date.now()
  const token = place.querySelector('[name=csrf_token]')?.value ?? ''
  fetch(firstTouch, { method: 'POST', headers: { 'X-CSRFToken': token }, keepalive: true }).catch(() => {})
}

// ---- the time of a turn: said two minutes before it is over, and put off with one touch, a child's or an adult's

const soon = document.getElementById('tablet-soon')

async function watch() {
  if (busy || mode !== 'script' || turn?.state !== 'open') return soon.replaceChildren()
  const left = endOf(turn) - now(turn)
  if (left < 0) {
    soon.replaceChildren()
    await showFirst()
    send()
  } else if (left > WARNED) soon.replaceChildren()
  else if (!soon.hasChildNodes()) soon.append(document.getElementById('tablet-soon-words').content.cloneNode(true))
}

soon.addEventListener('click', async ({ target }) => {
  if (!target.closest('button')) return
  turn = (await change(turn.id, (known) => known.state === 'open' && { ...known, touchedAt: now(known) })) || turn
  stayOpen()
  soon.replaceChildren()
})
setInterval(() => watch().catch(() => {}), 10_000)

async function keepSome() {
  if (nothingSaid(turn)) return finish({ end: 'stopped', keep: false })
  ended = 'stopped'
  turn = (await isStopping(false)) || turn
  showScreen('share')
}

function answered(current) {
  const given = read(current)
  if (!given) return complain(current)
  chosen.set(current.dataset.key, given)
  return answer({ q: current.dataset.key, state: 'answered', ...given }, Number(current.dataset.at))
}

// What was chosen before is not the answer any more, and is not in sight again.
function notAnswered(current, state) {
  chosen.delete(current.dataset.key)
  return answer({ q: current.dataset.key, state }, Number(current.dataset.at))
}

function complain(current) {
  const line = current.querySelector('[data-problem]')
  line.textContent = line.dataset.problem
  line.hidden = false
}

function read(current) {
  const { kind } = current.dataset
  if (kind === 'words') {
    const typed = current.querySelector('textarea').value.replace(NOT_KEPT, ' ')
    const words = (typed.toWellFormed?.() ?? typed).trim()
    return words ? { words } : null
  }
  if (kind === 'drawing') return current.strokes?.length ? { strokes: current.strokes } : null
  const choices = [...current.querySelectorAll('[name=choice]:checked')].map((box) => box.value)
  return choices.length ? { choices } : null
}

function restore(current) {
  const given = chosen.get(current.dataset.key)
  if (!given) return
  for (const code of given.choices ?? []) current.querySelector(`[name="choice"][value="${code}"]`).checked = true
  if (given.words) current.querySelector('textarea').value = given.words
  if (given.strokes) current.strokes = given.strokes
}

// ---- drawing: strokes of whole numbers from 0 to 1000, never a picture

function beginDrawing(current) {
  const canvas = current.querySelector('canvas')
  const pen = canvas.getContext('2d')
  const strokes = (current.strokes = [...(current.strokes ?? [])])
  let line = null
  current.querySelector('[data-paper]').hidden = false
  current.querySelector('[data-no-paper]').hidden = true
  Object.assign(pen, { lineWidth: 8, lineCap: 'round', lineJoin: 'round', strokeStyle: '#1d3b4a' })

  const isFull = () => strokes.reduce((sum, stroke) => sum + stroke.length, 0) >= MOST_POINTS

  function redraw() {
    pen.clearRect(0, 0, canvas.width, canvas.height)
    for (const stroke of strokes) {
      pen.beginPath()
      pen.moveTo(stroke[0][0], (stroke[0][1] * canvas.height) / 1000)
      for (const [x, y] of stroke.length > 1 ? stroke.slice(1) : stroke) pen.lineTo(x, (y * canvas.height) / 1000)
      pen.stroke()
    }
  }
  function point(event) {
    const box = canvas.getBoundingClientRect()
    const within = (value) => Math.round(Math.min(1000, Math.max(0, value * 1000)))
    return [within((event.clientX - box.left) / box.width), within((event.clientY - box.top) / box.height)]
  }
  canvas.addEventListener('pointerdown', (event) => {
    if (strokes.length >= MOST_STROKES || isFull()) return
    canvas.setPointerCapture(event.pointerId)
    strokes.push((line = [point(event)]))
    redraw()
  })
  canvas.addEventListener('pointermove', (event) => {
    if (!line || isFull()) return
    line.push(point(event))
    redraw()
  })
  for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, () => (line = null))
  current.querySelector('[data-undo]').addEventListener('click', () => {
    strokes.pop()
    redraw()
  })
  redraw()
}

// ---- events

let busy = false

let pressed = null // older browsers do not say which button sent a form
document.addEventListener('click', ({ target }) => (pressed = target.closest('button')), true)

document.addEventListener('submit', async (event) => {
  if (mode !== 'script') return // the server draws every screen
  event.preventDefault()
  if (busy) return
  busy = true
  const form = event.target
  const act = (event.submitter ?? pressed)?.value ?? form.dataset.act
  try {
    await taken
    if (mode === 'script') await touched(form, act)
    else sendByItself(form, act)
    document.getElementById('tablet-trouble').hidden = true
  } catch {
    document.getElementById('tablet-trouble').hidden = false
  } finally {
    busy = false
  }
})

// A touch that was held, and then nothing could be kept here: the server answers it.
function sendByItself(form, act) {
  const said = document.createElement('input')
  Object.assign(said, { type: 'hidden', name: form.dataset.act.startsWith('choose') ? 'place' : 'act', value: act })
  form.append(said)
  form.submit()
}

place.addEventListener('change', ({ target }) => {
  if (target.name === 'nobody' && target.checked) for (const box of place.querySelectorAll('[name=share]')) box.checked = false
  if (target.name === 'share' && target.checked) place.querySelector('[name=nobody]').checked = false
  place.querySelector('[data-problem]')?.setAttribute('hidden', '')
})

// A touch chooses an answer and says it. Where there can be only one, the same one touched again is given.
place.addEventListener('click', ({ target, timeStamp }) => {
  if (!target.matches('.tablet__mark') || !target.checked) return
  const card = target.closest('[data-screen]')
  if (target === picked && card.matches('[data-once]')) return giveAgain(card, timeStamp)
  picked = target
  pickedAt = timeStamp
  const line = card.querySelector('[data-again]')
  if (line) line.textContent = line.dataset.again
  sayChoice(target)
})
// A browser makes no click of the space bar on what is chosen already.
place.addEventListener('keydown', (event) => {
  const { target, key, timeStamp, repeat } = event
  if (key !== ' ' || repeat || target !== picked || !target.checked || !target.closest('[data-once]')) return
  event.preventDefault()
  giveAgain(target.closest('[data-screen]'), timeStamp)
})

function giveAgain(card, moment) {
  if (moment - pickedAt > AGAIN_AFTER) card.querySelector('.tablet__enter').click()
}
document.body.dataset.touch = 'twice' // from here on no button is needed for it

// A chosen answer is spoken, where the browser can.
function sayChoice(box) {
  const words = box.closest('label').querySelector('.tablet__says')
  listening.say(words.textContent.trim(), (words.querySelector('[lang]') ?? words.closest('[lang]')).lang)
}

// The sentence for a number: a language may have several, and data-form-of says which one goes with 0, 1, 2 …
function counted(line, number) {
  const { forms, formOf } = line.dataset
  return JSON.parse(forms)[formOf[Math.min(number, formOf.length - 1)]].replace('{n}', number)
}

let hasWaited = false // something, since this page was opened: then the adult is told when all of it has gone

whenSent((left) => {
  const line = document.getElementById('tablet-waiting')
  const turns = left.filter((record) => record.state === 'over')
  const refused = turns.some((record) => record.refused)
  hasWaited ||= left.length > 0
  const allGone = hasWaited && left.length === 0
  line.hidden = turns.length === 0 && !allGone
  line.textContent = allGone ? line.dataset.none : refused ? line.dataset.refused : counted(line, turns.length)
  document.getElementById('tablet-connect').hidden = !left.some(wishWaits)
  document.getElementById('tablet-wish').hidden = !left.some((record) => record.talkRefused)
})

// A page that comes back from the browser's memory is read again.
window.addEventListener('pageshow', (event) => event.persisted && location.reload())

async function takeOverOrLeave() {
  try {
    ;({ seal } = await import('./tablet-seal.js'))
    await takeOver()
    if (mode !== 'script') return // it took too long: the server answers already
    if (location.search) history.replaceState(null, '', location.pathname)
    if (drawn !== 'over') await showFirst()
  } catch {
    mode = 'server' // nothing can be kept here, as in a private window
  }
}

// Waits for the tablet's own store, but not for ever.
function withinPatience(work) {
  return Promise.race([work, new Promise((done) => setTimeout(done, HELD, 'late'))]).then((outcome) => {
    if (outcome === 'late') mode = 'server'
  })
}

async function run() {
  import('./listen.js').then((voice) => {
    listening = voice
    voice.showListen(place)
  }, () => {}) // without it the tablet is silent
  if (!window.indexedDB || !window.crypto?.subtle) return
  // A turn that goes from screen to screen at the server goes on there.
  if (SERVER_WALKS.includes(drawn) && !(await hasBegunHere().catch(() => false))) return send()
  mode = 'script'
  taken = withinPatience(takeOverOrLeave())
  performance.mark('ready')
  await taken
  if (mode !== 'script') return
  performance.mark('kept')
  document.body.dataset.ready = 'script'
  send()
  await becomeReady((await all()).filter((record) => record.state === 'open')).catch(() => {})
}

run()
