// Makes figures of operations follow by themselves. Pages are whole without it: a reload shows the same.

const units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
const kinds = {
  succeeded: "good",
  failed: "bad",
  cancelled: "calm",
};

const longest = 50;

const counted = (count, one, many) => `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;

function bytesOf(bytes) {
  if (bytes < 1024) {
    return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  }
  const unit = Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  return `${(bytes / 1024 ** unit).toFixed(1)} ${units[unit]}`;
}

function spanOf(seconds) {
  if (seconds < 60) {
    return counted(Math.floor(seconds), "second", "seconds");
  }
  if (seconds < 3600) {
    return counted(Math.floor(seconds / 60), "minute", "minutes");
  }
  return seconds < 48 * 3600
    ? counted(Math.floor(seconds / 3600), "hour", "hours")
    : counted(Math.floor(seconds / 86400), "day", "days");
}

// As the server shows a word of the API.
const wordOf = (word) => word.charAt(0).toUpperCase() + word.slice(1).replaceAll(/[_-]/g, " ");

// As the server shows texts: what is not seen is written out.
const textOf = (text) =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (one) => `\\u{${one.codePointAt(0).toString(16).toUpperCase()}}`);

const utcOf = (time) => `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;

function fill(place, operation) {
  const set = (field, text) => {
    const element = place.querySelector(`[data-field="${field}"]`);
    if (element && element.textContent !== text) {
      element.textContent = text;
    }
  };
  set("kind", wordOf(operation.kind));
  set("phase", operation.finished_at === null ? textOf(operation.phase ?? "") : "");
  set("percent", `${operation.percent} %`);
  set(
    "bytes",
    operation.bytes === 0 && operation.files === 0
      ? "–"
      : `${bytesOf(operation.bytes)}, ${counted(operation.files, "file", "files")}`,
  );
  set("rate", operation.rate === null ? "–" : `${bytesOf(operation.rate)}/s`);
  set("remaining", operation.remaining_seconds === null ? "–" : spanOf(operation.remaining_seconds));
  set("attempts", String(operation.attempts));
  set("ended", operation.finished_at ? utcOf(operation.finished_at) : "Not yet");
  const bar = place.querySelector('[data-field="bar"]');
  if (bar) {
    bar.value = operation.percent;
  }
  const message = place.querySelector('[data-field="message"]');
  if (message) {
    message.hidden = operation.message === null;
    message.textContent = textOf(operation.message ?? "");
  }
  const status = place.querySelector('[data-field="status"]');
  if (status) {
    status.className = `status ${kinds[operation.status] ?? "busy"}`;
    set("status", wordOf(operation.status));
  }
  const until = place.querySelector(".until-end");
  if (until) {
    until.hidden = operation.finished_at !== null;
  }
}

function rowFor(list, operation) {
  if (list.dataset.operation) {
    return list.dataset.operation === operation.id ? list : null;
  }
  const known = list.querySelector(`tr[data-operation="${CSS.escape(operation.id)}"]`);
  if (known || !list.dataset.newest || operation.finished_at !== null) {
    return known;
  }
  const row = list.querySelector("template").content.querySelector("tr").cloneNode(true);
  row.dataset.operation = operation.id;
  row.querySelector("a").href = `/dashboard/operations/${encodeURIComponent(operation.id)}`;
  const body = list.querySelector("tbody");
  body.prepend(row);
  // As long as a page of them, unless more are under way; what goes is on the next page after a reload.
  if (body.rows.length > longest) {
    [...body.rows].findLast((one) => !isBusy(one))?.remove();
  }
  list.querySelector("table").hidden = false;
  list.querySelector("[data-empty]").hidden = true;
  return row;
}

const isBusy = (place) => place.querySelector(".status.busy") !== null;

// What ended after the page was made and before the stream began is told by nobody: the page as it is now says it.
async function catchUp(list) {
  const shown = list.dataset.operation ? [list] : [...list.querySelectorAll("tr[data-operation]")];
  const busy = shown.filter(isBusy);
  if (busy.length === 0) {
    return;
  }
  const answer = await fetch(location.href);
  if (!answer.ok) {
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const place of busy) {
    const now = page.querySelector(`[data-operation="${CSS.escape(place.dataset.operation)}"]`);
    if (now === null) {
      place.remove();
    } else if (!isBusy(now)) {
      place.replaceChildren(...now.childNodes);
    }
  }
}

const list = document.querySelector("[data-live]");
if (list) {
  const ended = new Set();
  let source = null;
  let again = 0;

  const close = () => {
    clearTimeout(again);
    source?.close();
    source = null;
  };
  const open = () => {
    close();
    source = new EventSource(`/dashboard/events${list.dataset.live}`);
    source.addEventListener("open", () => catchUp(list));
    // A broken stream is taken up again by the browser; one that was refused, as by a node that stops, is not.
    source.addEventListener("error", () => {
      if (source?.readyState === EventSource.CLOSED) {
        close();
        again = setTimeout(open, 15_000);
      }
    });
    source.addEventListener("operation", (event) => {
      const operation = JSON.parse(event.data);
      const place = rowFor(list, operation);
      if (!place) {
        return;
      }
      fill(place, operation);
      // Figures change too often to be read out: their ends are.
      if (operation.finished_at !== null && !ended.has(operation.id)) {
        ended.add(operation.id);
        document.getElementById("news").textContent = `${wordOf(operation.kind)}: ${wordOf(operation.status)}`;
      }
    });
  };

  // A window that nobody sees holds no connection: browsers have few, and a node has a bound on them.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  window.addEventListener("pagehide", close);
  if (!document.hidden) {
    open();
  }
}
