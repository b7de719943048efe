// Measures every screen that a tablet's page carries, one after the other: see tablet_sizes.py.
({ scripts, phone, hide }) => {
  const SMALLEST = 71.5
  const APART = 7.5
  const WORDS = phone ? 15.5 : 17.9
  const MOST_BESIDE_ANSWERS = 5 // Listen, the wish to talk and three ways out; without scripts Next and no Listen
  const place = document.getElementById('tablet')
  const whole = document.documentElement
  const box = (element) => element.getBoundingClientRect()
  const seen = (element) => element.getClientRects().length > 0
  const called = (element) => element.innerText.trim().replace(/\s+/g, ' ') || element.tagName.toLowerCase()

  function within(inner, outer) {
    const across = inner.left >= outer.left - 0.5 && inner.right <= outer.right + 0.5
    return across && inner.top >= outer.top - 0.5 && inner.bottom <= outer.bottom + 0.5
  }

  function isCovered(target, rect) {
    const points = [[0.5, 0.5], [0.15, 0.15], [0.85, 0.15], [0.15, 0.85], [0.85, 0.85]]
    return points.some(([x, y]) => {
      const there = document.elementFromPoint(rect.left + rect.width * x, rect.top + rect.height * y)
      return there && !target.contains(there) && !there.contains(target)
    })
  }

  function apart(one, other) {
    const across = Math.max(one.left - other.right, other.left - one.right)
    const down = Math.max(one.top - other.bottom, other.top - one.bottom)
    return Math.max(across, down)
  }

  function areAlike(group) {
    const spread = (measure) => Math.max(...group.map(measure)) - Math.min(...group.map(measure))
    const letters = group.map((one) => getComputedStyle(one.querySelector('.tablet__says') ?? one))
    const looks = new Set(letters.map(({ fontSize, fontWeight }) => `${fontSize} ${fontWeight}`))
    return spread((one) => box(one).width) <= 1.5 && spread((one) => box(one).height) <= 1.5 && looks.size === 1
  }

  // Of one place to touch.
  function wrongWith(one, rect, mustBeSeen) {
    const isSeen = within(rect, { left: 0, top: 0, right: innerWidth, bottom: innerHeight })
    const wrong = []
    if (mustBeSeen && !isSeen) wrong.push(`not in sight (${Math.round(rect.top)} to ${Math.round(rect.bottom)})`)
    if (isSeen && isCovered(one, rect)) wrong.push('covered')
    if (Math.min(rect.width, rect.height) < SMALLEST) wrong.push(`small (${Math.round(rect.width)} × ${Math.round(rect.height)})`)
    const isFull = one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1
    if (isFull && one.tagName !== 'TEXTAREA') wrong.push('too full')
    const words = [...one.querySelectorAll('span:not(.tablet__tick)')].filter(seen)
    if (!words.every((part) => within(box(part), rect))) wrong.push('words stick out')
    return wrong.map((words) => `${called(one)}: ${words}`)
  }

  function flightOf(rects) {
    const [first] = rects
    const isRow = rects.every((rect) => Math.abs(rect.top - first.top) < 2)
    const isColumn = rects.every((rect) => Math.abs(rect.left - first.left) < 2)
    return isRow || isColumn
  }

  function measured(section) {
    const choices = [...section.querySelectorAll('.tablet__choice')]
    const ways = [...section.querySelectorAll('.tablet__out .tablet__way')]
    if (choices.length) section.querySelectorAll('.tablet__mark')[1].checked = true // a chosen one says more
    if (hide && choices.length) choices.at(-1).style.marginTop = hide
    const targets = [...section.querySelectorAll('.tablet__choice, button:not(.tablet__enter), a, textarea')].filter(seen)
    const rects = new Map(targets.map((one) => [one, box(one)]))
    const isScale = section.matches('[data-once]')
    const problems = targets.flatMap((one) => wrongWith(one, rects.get(one), !phone || (isScale && choices.includes(one))))
    const gaps = targets.flatMap((one, at) => targets.slice(at + 1).map((other) => apart(rects.get(one), rects.get(other))))
    const gap = Math.min(...gaps)
    if (gap < APART) problems.push(`a gap of ${gap.toFixed(1)}`)
    for (const group of [choices, ways]) if (group.length > 1 && !areAlike(group)) problems.push('not alike')
    for (const way of ways) if (parseFloat(getComputedStyle(way).fontSize) < WORDS) problems.push(`${called(way)}: small words`)
    if (isScale && !flightOf(choices.map((one) => rects.get(one)))) problems.push('a broken flight')
    if (isScale && targets.length > choices.length + MOST_BESIDE_ANSWERS) problems.push(`${targets.length} places to touch`)
    if (whole.scrollWidth > innerWidth) problems.push('wider than the tablet')
    const least = (values) => (values.length ? Math.round(Math.min(...values)) : '')
    return {
      choices: choices.length,
      targets: targets.length,
      smallest: least(choices.flatMap((one) => [rects.get(one).width, rects.get(one).height])),
      symbol: least(ways.map((one) => box(one.querySelector('svg')).height)),
      gap: Math.round(gap),
      scrolls: whole.scrollHeight - innerHeight,
      problems,
    }
  }

  const rows = new Map() // by the screen's name: several questionnaires ask the same
  for (const packed of document.querySelectorAll('script[data-turn]')) {
    const { lang, dir, age } = packed.dataset
    const holder = document.createElement('template')
    holder.innerHTML = packed.textContent
    Object.assign(whole, { lang, dir })
    document.body.classList.toggle('tablet__body--secondary', age === 'secondary')
    document.getElementById('tablet-sheet').replaceChildren(holder.content.querySelector('.tablet__sheet'))
    for (const section of holder.content.querySelectorAll('[data-screen]')) {
      const { screen, key, kind } = section.dataset
      const name = key ? `${key} (${kind})` : screen
      if (rows.has(name) || ['animals', 'whose'].includes(screen)) continue // the animals are the hand-over's
      if (scripts) {
        for (const shown of section.querySelectorAll('.tablet__listen, [data-paper]')) shown.hidden = false
        section.querySelector('[data-no-paper]')?.remove()
      }
      for (const shown of section.querySelectorAll('[data-another]')) shown.hidden = false
      place.replaceChildren(section)
      scrollTo(0, 0)
      rows.set(name, { screen: name, ...measured(section) })
    }
  }
  return [...rows.values()]
}
