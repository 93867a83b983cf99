// Keeps pages fresh and says that something goes on. Every page works without this script.
"use strict";

// The part of a page that shows how things stand is fetched again from time to time.
const live = document.getElementById("live");
if (live) {
  const refresh = async () => {
    // Whoever reads with the keyboard or has selected something keeps what they see.
    if (document.hidden || live.contains(document.activeElement)) return;
    try {
      const response = await fetch(location.href, { credentials: "same-origin", redirect: "error" });
      if (!response.ok) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.getElementById("live");
      if (fresh) live.replaceChildren(...fresh.childNodes);
    } catch {
      // The console is gone, or the login has ended. The next click will say so.
    }
  };
  setInterval(refresh, Number(live.dataset.refresh) * 1000);
}

// A form that waits for the org says so, and is not sent twice.
for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button[type=submit]");
    button.dataset.text = button.textContent;
    button.textContent = form.dataset.busy;
    // The button is disabled only after its form was sent.
    setTimeout(() => { button.disabled = true; });
  });
}
// The browser may show a page again as it was left.
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[data-text]")) {
    button.textContent = button.dataset.text;
    button.disabled = false;
  }
});

// Times are UTC; the time of this place is shown on hovering.
for (const link of document.querySelectorAll("time[datetime]")) {
  link.title = new Date(link.dateTime).toLocaleString();
}
