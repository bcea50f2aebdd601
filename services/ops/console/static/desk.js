// Shows the figures as the server sends them; without this script the page is asked for again every ten seconds.
"use strict";
const figures = document.getElementById("figures");
const stale = document.getElementById("stale");
let latest = null;

function show() {
  // Nothing is taken away from under somebody who fills in a form.
  if (latest === null || document.hidden || figures.querySelector("details[open]")) return;
  figures.innerHTML = latest;
  latest = null;
}

function follow() {
  const events = new EventSource(figures.dataset.from);
  let missed;
  const expect = () => {
    clearTimeout(missed);
    missed = setTimeout(() => { stale.hidden = false; }, 10000);
  };
  expect();
  events.addEventListener("figures", (event) => {
    latest = event.data;
    stale.hidden = true;
    expect();
    show();
  });
  events.addEventListener("away", () => { stale.hidden = false; });
  document.addEventListener("visibilitychange", show);
  figures.addEventListener("toggle", show, true);
}

if (figures && window.EventSource) follow();
