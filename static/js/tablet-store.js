// What the tablet keeps: one record a turn, with sealed answers only, changed in one transaction; and the sender, which
// delivers each turn once and then keeps no more of it than that it was sent.
//
// A record: { format, id, handOver, secret, key, publicKey, takenUntil, lastsUntil, lastsFromTouch, skew, touchedAt, animal,
//             lang, dir, age, html, state: 'open' | 'over' | 'sent', at, parts: { at: sealed }, end: sealed,
//             talk: sealed | '', talkHeld, talkRefused, refused, keptNothing, slides, stopping }
// Format 1 is kept by every later version of the portal: answers of an older one must still go.

const { idb, deliver } = document.querySelector('[data-idb]').dataset
const AGAIN = 15_000 // ms between two tries while something waits
const TIMEOUT = 20_000 // ms for one delivery

let opened
async function library() {
  opened ??= import(idb).then((keyval) => ({ keyval, store: keyval.createStore('portal-voice', 'turns') }))
  try {
    return await opened
  } catch (error) {
    opened = undefined // tried again at the next touch
    throw error
  }
}

export async function all() {
  const { keyval, store } = await library()
  return (await keyval.values(store)).filter(Boolean)
}

export async function one(id) {
  const { keyval, store } = await library()
  return keyval.get(id, store)
}

// Changes a record in one transaction. `make` answers the new one, or nothing to leave it as it is; so does this.
export async function change(id, make) {
  const { store } = await library()
  return store('readwrite', (turns) => new Promise((done, failed) => {
    let after
    const asked = turns.get(id)
    asked.onsuccess = () => {
      after = asked.result && make(asked.result)
      if (after) turns.put(after, id)
    }
    turns.transaction.oncomplete = () => done(after)
    turns.transaction.onerror = turns.transaction.onabort = () => failed(turns.transaction.error)
  }))
}

// A turn that is known already stays where it is, also one that was sent; its screens are those of this version.
export async function add(record) {
  const { html, animal, lang, dir, age } = record
  const { keyval, store } = await library()
  const merged = (known) => (known.state === 'open' ? { ...known, html, animal, lang, dir, age } : known)
  await keyval.update(record.id, (known) => (known ? merged(known) : record), store)
}

export async function forget(id) {
  const { keyval, store } = await library()
  await keyval.del(id, store)
}

export const wishWaits = (record) => Boolean(record.talk) && !record.talkHeld && !record.talkRefused
export const waits = (record) => record.state === 'over' || Boolean(record.talk && !record.talkHeld)
const stillGoes = (record) => (record.state === 'over' && !record.refused) || wishWaits(record)

export const now = (record) => Math.floor(Date.now() / 1000) + (record?.skew ?? 0)

// 'held', 'refused' (the server will never take it), or 'later'.
async function delivered(record, kind, parts) {
  const body = JSON.stringify({ format: 1, key: record.key, place: record.id, secret: record.secret, kind, parts })
  const giveUp = new AbortController()
  const timer = setTimeout(() => giveUp.abort(), TIMEOUT)
  try {
    const answer = await fetch(deliver, { method: 'POST', body, headers: { 'Content-Type': 'application/json' }, credentials: 'omit', signal: giveUp.signal })
    if (answer.ok) return 'held'
    return [404, 413, 422].includes(answer.status) ? 'refused' : 'later'
  } catch {
    return 'later'
  } finally {
    clearTimeout(timer)
  }
}

// A wish to talk goes first and by itself; 'held' says that the server has it, and nothing else does.
export async function sendWish(id) {
  const record = await one(id)
  if (!record?.talk) return 'later'
  if (record.talkHeld) return 'held'
  const outcome = await delivered(record, 'talk', [record.talk])
  const same = (known) => known.talk === record.talk // the child may have pressed again meanwhile
  if (outcome === 'held') await change(id, (known) => same(known) && { ...known, talkHeld: true })
  if (outcome === 'refused') await change(id, (known) => same(known) && { ...known, talkRefused: true })
  return outcome
}

// The server has this turn's end without this tablet: nothing of it is to be sent any more but a wish.
export async function settle(id) {
  await change(id, emptied)
}

const emptied = (record) => ({ ...record, state: 'sent', parts: {}, end: '', html: '' })

async function sendTurn(record) {
  const outcome = await delivered(record, 'turn', [...Object.values(record.parts), record.end])
  if (outcome === 'held') await change(record.id, emptied)
  if (outcome === 'refused') await change(record.id, (known) => ({ ...known, refused: true }))
  return outcome
}

async function sendAll() {
  for (const record of await all()) {
    if (wishWaits(record) && (await sendWish(record.id)) === 'later') return
    if (record.state === 'over' && !record.refused && (await sendTurn(record)) === 'later') return
    const tooOld = now(record) > record.takenUntil
    if (tooOld && record.state === 'sent' && !wishWaits(record)) await forget(record.id)
    await tell()
  }
}

const listeners = []
export function whenSent(listener) {
  listeners.push(listener)
}

async function tell() {
  const left = (await all()).filter(waits)
  for (const listener of listeners) listener(left)
  return left
}

// One sender in all tabs; it comes back by itself while something waits.
let timer
export async function send() {
  clearTimeout(timer)
  await tell()
  const work = () => sendAll().catch(() => {})
  if (navigator.locks) await navigator.locks.request('voice-sender', work)
  else await work()
  const left = await tell()
  if (left.some(stillGoes)) timer = setTimeout(send, AGAIN)
}

window.addEventListener('online', send)
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && send())
