"use strict";
// The page: keeps three columns in step with what the server tells. Text only ever becomes text.

const by = (id) => document.getElementById(id);
let state = null, show = "all", room = null, agent = "U0MIA", startedAt = 0, endsAt = 0;
let begun = false;
const drawn = new Map(); // key -> what an element was drawn from, so that only what changed is drawn again

function toast(words) {
  const box = by("toast");
  box.textContent = words;
  box.classList.add("shown");
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => box.classList.remove("shown"), 2600);
}

async function act(name, told) {
  const answer = await fetch(`/act/${name}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(told) });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error || answer.statusText);
  return body;
}

const sinceStart = (instant) => {
  const seconds = Math.max(0, Math.round((Date.parse(instant) - startedAt) / 1000));
  const two = (number) => String(number).padStart(2, "0");
  return seconds < 3600 ? `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}` : `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
};
const short = (number) => (number >= 1e6 ? `${(number / 1e6).toFixed(1)} M` : number >= 1e4 ? `${Math.round(number / 1e3)} K` : String(number));

function avatar(name, more = "") {
  const letters = [...name];
  const hue = letters.reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);
  const circle = make("span", { class: `avatar ${more}`, "aria-hidden": "true" }, letters[0] || "?");
  circle.style.setProperty("background", `hsl(${hue} 45% 46%)`);
  return circle;
}

function words(text) {
  const parts = text.split(/([@#][\p{L}\p{M}\p{N}_]+|https?:\/\/\S+)/u);
  return make("div", { class: "words", dir: "auto" }, ...parts.map((part, index) => (index % 2 ? make("span", { class: part[0] === "#" ? "tag" : "name" }, part) : part)));
}

const NETWORKS = { facebook: "Facebook", instagram: "Instagram" };
const FLAGS = { liked: ["liked by the brand", ""], private: ["answered privately", ""], edited: ["edited", "warn"], deleted: ["deleted by its author", "bad"], hidden: ["hidden by the brand", "warn"], malformed: ["arrives broken", "bad"], repost: ["repost", ""], late: ["not indexed yet", "warn"] };

function postLine(post, small) {
  const person = post.person;
  const flags = post.flags.map((flag) => make("span", { class: `flag ${FLAGS[flag][1]}` }, FLAGS[flag][0]));
  if (NETWORKS[post.network]) flags.unshift(make("span", { class: "flag" }, NETWORKS[post.network]));
  if (person.followers >= 10000) flags.push(make("span", { class: "flag" }, `${short(person.followers)} followers`));
  return make("div", { class: `line ${post.own ? "own" : ""} ${post.flags.includes("deleted") ? "gone" : ""}`, "data-post": post.id },
    avatar(person.name, (small ? "small " : "") + (post.own ? "square" : "")),
    make("div", { class: "body" },
      make("div", { class: "by" }, make("b", { dir: "auto" }, person.name), person.verified ? make("span", { class: "tick", title: "verified", role: "img", "aria-label": "verified" }, "✓") : null,
        make("span", { class: "handle" }, `@${person.username}`), make("span", { class: "at" }, sinceStart(post.at))),
      words(post.text), make("div", { class: "flags" }, ...flags)));
}

function sayBox(label, placeholder, send) {
  const input = make("input", { placeholder, "aria-label": placeholder, autocomplete: "off" });
  const form = make("form", { class: "say" }, input, make("button", { class: "tool", type: "submit" }, "Send"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(input.value).then(() => { input.value = ""; }, (error) => toast(error.message));
  });
  return make("details", { class: "answer" }, make("summary", {}, label), form);
}

function postCard({ post, under }) {
  const card = make("article", { class: "post" }, postLine(post, false));
  if (under.length) card.append(make("div", { class: "under" }, ...under.map((one) => postLine(one, true))));
  if (!post.own && !post.flags.includes("deleted")) {
    card.append(sayBox(`Write more as @${post.person.username}`, `@${state.brand.username} …`, (text) => act("publish", { author: post.person.username, text, reply_to: post.id, on: post.network })));
  }
  return card;
}

function threadCard(thread) {
  const bubbles = thread.messages.map((message) => make("div", { class: `bubble ${message.own ? "own" : ""} ${message.encrypted ? "locked" : ""}`, dir: "auto" },
    message.encrypted ? "🔒 Encrypted: only the network's own app can show this." : message.text, make("time", {}, sinceStart(message.at))));
  const person = thread.person;
  return make("article", { class: "thread" },
    make("div", { class: "line" }, avatar(person.name), make("div", { class: "body" },
      make("div", { class: "by" }, make("b", { dir: "auto" }, person.name), make("span", { class: "handle" }, `@${person.username}`)),
      make("div", { class: "flags" }, NETWORKS[thread.network] ? make("span", { class: "flag" }, NETWORKS[thread.network]) : null, thread.closed ? make("span", { class: "flag bad" }, "refuses private messages now") : null))),
    make("div", { class: "bubbles" }, ...bubbles),
    sayBox(`Write as @${person.username}`, "Private words …", (text) => act("direct", { author: person.username, text, on: thread.network })));
}

function press(message) {
  return async (element, choice) => {
    try {
      const answer = await act("press", { ts: message.ts, action_id: element.action_id, user: agent, choice });
      if (!answer.acked) toast("The app did not answer.");
    } catch (error) { toast(error.message); }
  };
}

function messageLine(message, child) {
  const blocks = message.blocks.length ? message.blocks.map((block) => drawBlock(block, state.people, press(message))) : [mrkdwn(message.text, state.people)];
  return make("div", { class: `message ${message.only_for ? "whisper" : ""}`, "data-ts": message.ts },
    make("div", { class: "line" }, avatar(message.name, child ? "small square" : "square"), make("div", { class: "body" },
      make("div", { class: "by" }, make("b", {}, message.name), message.bot ? make("span", { class: "app" }, "APP") : null,
        message.only_for ? make("span", { class: "handle" }, `only visible to ${state.people[message.only_for] || message.only_for}`) : null,
        make("span", { class: "at" }, sinceStart(message.at))),
      ...blocks, ...message.files.map((file) => make("div", { class: "flags" }, make("span", { class: "flag" }, `📎 ${file}`))),
      message.edited ? make("span", { class: "edited" }, "(edited)") : null)));
}

function messageCard(message) {
  const card = messageLine(message, false);
  if (message.thread.length) {
    const many = message.thread.length;
    card.querySelector(".body").append(make("details", { class: "children", open: true }, make("summary", {}, many === 1 ? "1 reply" : `${many} replies`),
      ...message.thread.map((one) => messageLine(one, true))));
  }
  return card;
}

// Brings a list in step: elements are kept by key, drawn again when their data changed, and put in order.
function sync(box, items, key, draw) {
  const old = new Map([...box.children].filter((child) => child.dataset.key).map((child) => [child.dataset.key, child]));
  let place = null;
  for (const item of items) {
    const name = key(item), told = JSON.stringify(item), known = old.get(name);
    let element = known;
    if (!known || drawn.get(box.id + name) !== told) {
      element = draw(item);
      element.dataset.key = name;
      if (known) keep(known, element); else if (begun) element.classList.add("fresh");
      if (known) known.replaceWith(element);
      drawn.set(box.id + name, told);
    }
    const after = place ? place.nextSibling : box.firstChild;
    if (after !== element) box.insertBefore(element, after);
    place = element;
    old.delete(name);
  }
  for (const element of old.values()) element.remove();
  const empty = box.querySelector(":scope > .empty");
  if (empty) empty.hidden = items.length > 0;
}

// What somebody had open, or was writing, stays so when its card is drawn again.
function keep(known, element) {
  const before = known.querySelectorAll("details"), after = element.querySelectorAll("details");
  if (before.length === after.length) before.forEach((one, index) => { after[index].open = one.open; });
  const wrote = known.querySelector(".say input"), writes = element.querySelector(".say input");
  if (wrote && writes) {
    writes.value = wrote.value;
    if (document.activeElement === wrote) setTimeout(() => writes.focus());
  }
}

function conversations() {
  const known = new Map(state.posts.map((post) => [post.id, post]));
  const root = (post) => { let one = post; for (let hops = 0; one.reply_to && known.has(one.reply_to) && hops < 50; hops += 1) one = known.get(one.reply_to); return one; };
  const found = new Map();
  for (const post of state.posts) {
    const top = root(post);
    if (!found.has(top.id)) found.set(top.id, { post: top, under: [] });
    if (top !== post) found.get(top.id).under.unshift(post);
  }
  const age = (one) => `${one.post.at} ${one.post.id.padStart(40, "0")}`; // of two at one time, the later id is the newer
  const all = [...found.values()].sort((one, other) => (age(one) < age(other) ? 1 : -1));
  const answered = (one) => one.under.some((post) => post.own);
  return all.filter((one) => show === "all" || (show === "answered" ? answered(one) : !answered(one) && !one.post.own));
}

function drawCounts() {
  const answers = state.posts.filter((post) => post.own && post.reply_to).length;
  const told = state.rooms.reduce((sum, one) => sum + one.messages.reduce((all, top) => all + 1 + top.thread.length, 0), 0);
  const counts = { Posts: state.posts.filter((post) => !post.own).length, "Public answers": answers, "Private threads": state.threads.length, "Slack messages": told, "Bill so far": `$${(state.micros / 1e6).toFixed(2)}` };
  by("counts").replaceChildren(...Object.entries(counts).map(([name, count]) => make("div", {}, make("dt", {}, name), make("dd", {}, String(count)))));
  by("tab-network").textContent = counts.Posts;
  by("tab-private").textContent = counts["Private threads"];
  by("tab-team").textContent = told;
}

function drawRooms() {
  if (!state.rooms.some((one) => one.id === room)) room = (state.rooms.find((one) => one.messages.length) || state.rooms[0]).id;
  by("rooms").replaceChildren(...state.rooms.map((one) => make("button", { type: "button", class: "pill", "aria-pressed": String(one.id === room), onclick: () => { room = one.id; begun = false; by("messages").replaceChildren(by("messages").querySelector(".empty")); draw(); bottom(true); } }, `#${one.name} ${one.messages.length || ""}`)));
  const select = by("agent");
  if (!select.options.length) {
    select.append(...Object.entries(state.agents).map(([id, name]) => make("option", { value: id }, name)));
    select.addEventListener("change", () => { agent = select.value; });
  }
}

function bottom(always) {
  const box = by("messages");
  if (always || bottom.was) box.scrollTop = box.scrollHeight;
}

function draw() {
  const box = by("messages");
  bottom.was = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  document.title = state.title;
  by("title").textContent = state.title;
  startedAt = Date.parse(state.started_at);
  endsAt = Date.parse(state.ends_at);
  drawCounts();
  drawRooms();
  sync(by("posts"), conversations(), (one) => one.post.id, postCard);
  sync(by("threads"), state.threads, (one) => one.id, threadCard);
  sync(box, state.rooms.find((one) => one.id === room).messages, (one) => one.ts, messageCard);
  bottom(false);
  for (const button of document.querySelectorAll(".outage")) {
    const out = state.out[button.dataset.of], name = { x: "X", graph: "Meta", slack: "Slack" }[button.dataset.of];
    button.setAttribute("aria-pressed", String(out));
    button.textContent = out ? `${name}: outage` : `${name}: up`;
  }
  drawModal();
  begun = true;
}

function drawModal() {
  const dialog = by("modal"), mine = state.modals.find((modal) => modal.user === agent);
  if (!mine) { if (dialog.open) dialog.close(); delete dialog.dataset.modal; return; }
  const told = JSON.stringify(mine);
  if (dialog.dataset.modal === told) return;
  dialog.dataset.modal = told;
  const view = mine.view, form = by("modal-form"), error = make("p", { class: "error", role: "alert" });
  form.replaceChildren(make("h2", {}, view.title.text), ...view.blocks.map((block) => (block.type === "input" ? field(block) : drawBlock(block, state.people, async () => {}))), error,
    make("div", { class: "row" }, make("button", { type: "button", class: "tool", onclick: () => act("dismiss", { modal: mine.id }) }, (view.close || { text: "Cancel" }).text),
      make("button", { type: "submit", class: "tool main" }, (view.submit || { text: "Send" }).text)));
  form.onsubmit = (event) => {
    event.preventDefault();
    const values = {};
    for (const input of form.querySelectorAll("[data-block]")) values[input.dataset.block] = { ...values[input.dataset.block], [input.dataset.action]: input.value };
    act("submit", { modal: mine.id, values }).then((answer) => {
      error.textContent = answer.acked ? Object.values(answer.errors).join(" ") : "The app did not answer.";
    }, (problem) => { error.textContent = problem.message; });
  };
  if (!dialog.open) dialog.showModal();
}

function field(block) {
  const element = block.element, shared = { "data-block": block.block_id, "data-action": element.action_id, required: !block.optional };
  const options = (element.options || []).map((option) => make("option", { value: option.value }, option.text.text));
  const people = Object.entries(state.people).map(([id, name]) => make("option", { value: id }, name));
  const input = element.type === "plain_text_input"
    ? make(element.multiline ? "textarea" : "input", { ...shared, rows: element.multiline ? 5 : undefined, maxlength: element.max_length, placeholder: (element.placeholder || {}).text })
    : make("select", shared, ...(element.type === "users_select" ? people : options));
  if (element.initial_value) input.value = element.initial_value;
  return make("label", {}, block.label.text, input, block.hint ? make("span", { class: "hint" }, block.hint.text) : null);
}

function tickClock(now) {
  if (!state) return;
  by("clock").textContent = sinceStart(now);
  const whole = endsAt - startedAt, gone = Date.parse(now) - startedAt;
  by("progress").style.setProperty("transform", `scaleX(${whole > 0 ? Math.min(1, gone / whole) : 0})`);
  by("left").textContent = whole > 0 ? (gone < whole ? `of ${sinceStart(state.ends_at)}` : "played") : "";
}

function begin() {
  const events = new EventSource("/events");
  events.addEventListener("state", (event) => { state = JSON.parse(event.data); draw(); });
  events.addEventListener("now", (event) => tickClock(JSON.parse(event.data)));
  events.addEventListener("error", () => toast("The sandbox is not answering."));

  for (const button of document.querySelectorAll(".tabs button")) button.addEventListener("click", () => { document.body.dataset.tab = button.dataset.tab; bottom(true); });
  for (const pill of document.querySelectorAll("[data-show]")) {
    pill.addEventListener("click", () => {
      show = pill.dataset.show;
      for (const other of document.querySelectorAll("[data-show]")) other.setAttribute("aria-pressed", String(other === pill));
      if (state) draw();
    });
  }
  for (const button of document.querySelectorAll(".outage")) {
    button.addEventListener("click", () => act("outage", { of: button.dataset.of, on: !state.out[button.dataset.of] }).catch((error) => toast(error.message)));
  }
  const dialog = by("compose"), form = by("compose-form"), error = form.querySelector(".error");
  by("compose-open").addEventListener("click", () => {
    form.elements.text.value = `@${state ? state.brand.username : ""} `;
    error.textContent = "";
    dialog.showModal();
    form.elements.text.focus();
  });
  by("compose-cancel").addEventListener("click", () => dialog.close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(event.submitter.value, { author: form.elements.author.value, text: form.elements.text.value }).then(() => dialog.close(), (problem) => { error.textContent = problem.message; });
  });
  by("modal").addEventListener("cancel", (event) => event.preventDefault());
}

begin();
