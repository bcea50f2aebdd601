// What makes the pages quicker to use. Every page is whole without it.
"use strict";
document.documentElement.classList.add("scripted");

// Cards: beside the words that they are about, while these are pointed at, in focus or tapped.
const tip = document.getElementById("tip");
let shown = null, leaving = 0;

function showCards(word) {
  clearTimeout(leaving);
  if (shown === word) return;
  hideCards();
  for (const number of word.dataset.cards.split(" ")) {
    const card = document.getElementById("c" + number)?.cloneNode(true);
    if (!card) continue;
    for (const one of [card, ...card.querySelectorAll("[id]")]) one.removeAttribute("id");
    card.removeAttribute("aria-labelledby");
    card.querySelector("details")?.setAttribute("open", "");
    tip.append(card);
  }
  shown = word;
  word.classList.add("lit");
  tip.hidden = false;
  const at = word.getClientRects()[0] ?? word.getBoundingClientRect(), width = tip.offsetWidth;
  const left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - width - 8));
  const below = at.bottom + tip.offsetHeight + 8 < innerHeight || at.top < tip.offsetHeight + 8;
  tip.style.left = `${left + scrollX}px`;
  tip.style.top = `${(below ? at.bottom + 6 : at.top - tip.offsetHeight - 6) + scrollY}px`;
}

function hideCards() {
  shown?.classList.remove("lit");
  shown = null;
  tip.hidden = true;
  tip.replaceChildren();
}

if (tip) {
  const leave = () => { clearTimeout(leaving); leaving = setTimeout(hideCards, 250); };
  const wordAt = (event) => event.target.closest?.("a.m");
  const text = document.querySelector(".text");
  let byTouch = false;
  addEventListener("pointerdown", (event) => {
    byTouch = event.pointerType !== "mouse";
    if (shown && !tip.contains(event.target) && !wordAt(event)) hideCards();
  });
  text.addEventListener("mouseover", (event) => { const word = wordAt(event); if (word && !byTouch) showCards(word); });
  text.addEventListener("mouseout", (event) => { if (wordAt(event) && !byTouch) leave(); });
  text.addEventListener("focusin", (event) => { const word = wordAt(event); if (word) showCards(word); });
  text.addEventListener("focusout", (event) => { if (!tip.contains(event.relatedTarget)) leave(); });
  text.addEventListener("click", (event) => {
    // A tap shows the card; a second one, or a click, goes to its place in the list.
    const word = wordAt(event);
    if (word && byTouch) { event.preventDefault(); showCards(word); }
  });
  tip.addEventListener("mouseenter", () => clearTimeout(leaving));
  tip.addEventListener("mouseleave", leave);
  addEventListener("keydown", (event) => { if (event.key === "Escape") hideCards(); });
  addEventListener("resize", hideCards);
  for (const box of document.querySelectorAll(".legend input"))
    box.addEventListener("change", () => text.classList.toggle("no-" + box.dataset.kind, !box.checked));
}

// A form asks only for what was filled in: its address stays short enough to be passed on.
document.getElementById("search")?.addEventListener("submit", (event) => {
  const fields = event.target.elements;
  for (const field of fields) if (field.name && !field.value) field.disabled = true;
  if (fields.date_from.disabled && fields.date_to.disabled) fields.date_field.disabled = true;
  setTimeout(() => { for (const field of event.target.elements) field.disabled = false; });
});

// Names while one is typed, also with slips: arrows choose, Enter takes, Escape closes.
function suggest(field) {
  const list = document.createElement("ul");
  list.id = `names-${field.name}`;
  list.className = "suggested";
  list.hidden = true;
  const say = (one, told) => { for (const [name, value] of Object.entries(told)) one.setAttribute(name, value); };
  say(list, { role: "listbox", "aria-label": field.dataset.names });
  say(field, { role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id });
  document.getElementById("content").append(list);
  let timer = 0, asked = 0, chosen = -1;

  function close() {
    clearTimeout(timer);
    asked += 1;
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function choose(number) {
    chosen = number;
    for (const [at, one] of [...list.children].entries()) one.setAttribute("aria-selected", String(at === chosen));
    field.setAttribute("aria-activedescendant", list.children[chosen].id);
    list.children[chosen].scrollIntoView({ block: "nearest" });
  }

  function take(one) {
    field.value = one.textContent;
    close();
    if (field.dataset.suggest === "") field.form.requestSubmit();
  }

  function show(names) {
    list.replaceChildren(...names.map((name, number) => {
      const one = document.createElement("li");
      one.textContent = name.name;
      one.id = `${list.id}-${number}`;
      say(one, { role: "option", "aria-selected": "false" });
      one.addEventListener("pointerdown", (event) => { event.preventDefault(); take(one); });
      return one;
    }));
    chosen = -1;
    const at = field.getBoundingClientRect();
    list.style.left = `${at.left + scrollX}px`;
    list.style.top = `${at.bottom + scrollY}px`;
    list.style.minWidth = `${at.width}px`;
    list.hidden = !names.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
  }

  async function ask() {
    const number = ++asked, query = new URLSearchParams({ q: field.value, limit: 8 });
    if (field.dataset.suggest) query.set("type", field.dataset.suggest);
    try {
      const answer = await fetch(`/v1/entities?${query}`);
      const names = answer.ok ? (await answer.json()).data : [];
      if (number === asked) show(names);
    } catch { close(); }
  }

  field.addEventListener("input", () => {
    close();
    if (field.value.trim().length > 1) timer = setTimeout(ask, 150);
  });
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const most = list.children.length, step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose(chosen < 0 && step < 0 ? most - 1 : (chosen + step + most) % most);
    else if (event.key === "Enter" && chosen >= 0) take(list.children[chosen]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}
document.querySelectorAll("[data-suggest]").forEach(suggest);

// The live list: told by the stream of changes where there is one, else asked for every two seconds.
const live = document.getElementById("live");

function follow() {
  const state = document.getElementById("state"), pause = document.getElementById("pause");
  let since = live.dataset.since, paused = false, asking = false, again = false, stream = null, timer = 0;
  const say = (word) => { if (state.textContent !== state.dataset[word]) state.textContent = state.dataset[word]; };

  async function ask() {
    if (paused || asking) { again = true; return; }
    asking = true;
    try {
      do {
        again = false;
        const answer = await fetch(`${live.dataset.from}?since=${since}`);
        if (!answer.ok) throw new Error(answer.status);
        since = answer.headers.get("X-Last-Seq");
        add(await answer.text());
      } while (again && !paused);
      say("on");
    } catch { say("off"); }
    asking = false;
  }

  function add(html) {
    // Drawn and escaped by the server, as the page itself.
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    for (const entry of [...fresh.content.querySelectorAll("li")].reverse()) {
      live.querySelector(`[data-article="${CSS.escape(entry.dataset.article)}"]`)?.remove();
      entry.classList.add("fresh");
      live.prepend(entry);
    }
    while (live.children.length > 100) live.lastElementChild.remove();
  }

  function begin() {
    clearInterval(timer);
    stream?.close();
    if (live.dataset.stream) {
      stream = new EventSource(`${live.dataset.stream}?since=${since}`);
      stream.onopen = ask;
      stream.onerror = () => { say("off"); if (stream.readyState === EventSource.CLOSED) { live.dataset.stream = ""; begin(); } };
      stream.onmessage = ask;
      for (const type of ["published", "revised", "corrected", "reread", "merged", "withheld", "released", "killed", "erased"])
        stream.addEventListener(`article.${type}`, ask);
    } else timer = setInterval(() => { if (!document.hidden) ask(); }, 2000);
  }

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? pause.dataset.goOn : pause.dataset.pause;
    if (paused) say("paused"); else ask();
  });
  document.getElementById("reload").hidden = true;
  begin();
  ask();
}
if (live) follow();

// A bulletin on its way: looked at until it is finished.
const watch = document.getElementById("watch");

async function look() {
  if (watch.querySelector("[data-finished]")?.dataset.finished === "yes") return;
  try {
    const answer = await fetch(watch.dataset.from);
    if (answer.ok) {
      const html = await answer.text();
      if (html.trim() !== watch.innerHTML.trim()) watch.innerHTML = html;
    }
  } catch { /* asked again below */ }
  setTimeout(look, 300);
}
if (watch) look();
