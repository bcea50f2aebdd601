// Brings the figures up to date every two seconds; without this script a reload does the same.
"use strict";
const figures = document.getElementById("figures");
const stale = document.getElementById("stale");

async function refresh() {
  // Nothing is taken away from under somebody who fills in a form.
  if (document.hidden || figures.querySelector("details[open]")) return;
  try {
    const answer = await fetch(figures.dataset.from);
    if (!answer.ok) throw new Error(answer.status);
    figures.innerHTML = await answer.text();
    stale.hidden = true;
  } catch {
    stale.hidden = false;
  }
}

if (figures) setInterval(refresh, 2000);
