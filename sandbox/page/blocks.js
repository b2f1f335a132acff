"use strict";
// Block Kit, drawn as people see it. Everything is made of text nodes: nothing a customer wrote becomes markup.

const EMOJI = {
  rotating_light: "🚨", warning: "⚠️", white_check_mark: "✅", x: "❌", hourglass: "⌛", hourglass_flowing_sand: "⏳",
  speech_balloon: "💬", lock: "🔒", eyes: "👀", wave: "👋", package: "📦", fire: "🔥", bell: "🔔", clock3: "🕒",
  alarm_clock: "⏰", mega: "📣", envelope: "✉️", raising_hand: "🙋", no_entry: "⛔", chart_with_upwards_trend: "📈",
  red_circle: "🔴", large_orange_circle: "🟠", large_yellow_circle: "🟡", large_green_circle: "🟢", large_blue_circle: "🔵",
  heart: "❤️", tada: "🎉", thumbsup: "👍", "+1": "👍", bust_in_silhouette: "👤", globe_with_meridians: "🌐", robot_face: "🤖",
};

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

function safeLink(url, label) {
  const known = /^(https?:|mailto:)/i.test(url);
  return known ? make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label) : document.createTextNode(label);
}

const unescaped = (text) => text.replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: "<", gt: ">", amp: "&" })[name]);
const emojied = (text) => text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] || whole);

function slackDate(timestamp, format, fallback) {
  const date = new Date(Number(timestamp) * 1000);
  if (Number.isNaN(date.getTime())) return fallback;
  const time = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const day = date.toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" });
  return format.replace(/\{(date|time)[a-z_]*\}/g, (_, kind) => (kind === "time" ? time : day));
}

function special(inside, people) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : inside.slice(bar + 1);
  if (target.startsWith("@")) return make("span", { class: "at-name" }, "@" + (people[target.slice(1)] || label || target.slice(1)));
  if (target.startsWith("#")) return make("span", { class: "at-name" }, "#" + (label || target.slice(1)));
  if (target.startsWith("!date^")) {
    const [, timestamp, format] = target.split("^");
    return document.createTextNode(slackDate(timestamp, format || "{date} {time}", label));
  }
  if (target.startsWith("!")) return make("span", { class: "at-name" }, "@" + (label || target.slice(1).split("^")[0]));
  return safeLink(unescaped(target), unescaped(label || target));
}

const MARKS = /<([^<>\n]+)>|`([^`\n]+)`|(?<![\p{L}\p{N}])\*(\S(?:[^*\n]*\S)?)\*(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])_(\S(?:[^_\n]*\S)?)_(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])~(\S(?:[^~\n]*\S)?)~(?![\p{L}\p{N}])/gu;

function inline(text, people) {
  const parts = document.createDocumentFragment();
  let end = 0;
  for (const found of text.matchAll(MARKS)) {
    parts.append(emojied(unescaped(text.slice(end, found.index))));
    const [, inside, code, bold, italic, struck] = found;
    if (inside !== undefined) parts.append(special(inside, people));
    else if (code !== undefined) parts.append(make("code", {}, unescaped(code)));
    else if (bold !== undefined) parts.append(make("b", {}, inline(bold, people)));
    else if (italic !== undefined) parts.append(make("i", {}, inline(italic, people)));
    else parts.append(make("s", {}, inline(struck, people)));
    end = found.index + found[0].length;
  }
  parts.append(emojied(unescaped(text.slice(end))));
  return parts;
}

function quoted(lines, people) {
  return make("blockquote", {}, inline(lines.map((line) => line.replace(/^(&gt;|>) ?/, "")).join("\n"), people));
}

function mrkdwn(text, people) {
  const box = make("div", { class: "mrk" });
  text.split("```").forEach((part, index) => {
    if (index % 2) { box.append(make("pre", {}, unescaped(part.replace(/^\n|\n$/g, "")))); return; }
    let plain = [], quote = [];
    const flush = () => {
      if (plain.length) box.append(inline(plain.join("\n"), people));
      if (quote.length) box.append(quoted(quote, people));
      plain = []; quote = [];
    };
    for (const line of part.split("\n")) {
      const is = /^(&gt;|>)/.test(line);
      if ((is && plain.length) || (!is && quote.length)) flush();
      (is ? quote : plain).push(line);
    }
    flush();
  });
  return box;
}

function textObject(object, people) {
  if (!object) return document.createTextNode("");
  if (object.type === "mrkdwn") return mrkdwn(object.text, people);
  return make("span", { class: "mrk" }, object.emoji === false ? object.text : emojied(object.text));
}

function styled(node, style = {}) {
  for (const [name, tag] of [["code", "code"], ["strike", "s"], ["italic", "i"], ["bold", "b"]]) {
    if (style[name]) node = make(tag, {}, node);
  }
  return node;
}

function richPiece(piece, people) {
  switch (piece.type) {
    case "text": return styled(document.createTextNode(piece.text), piece.style);
    case "link": return styled(safeLink(piece.url, piece.text || piece.url), piece.style);
    case "emoji": return document.createTextNode(EMOJI[piece.name] || (piece.unicode ? String.fromCodePoint(...piece.unicode.split("-").map((code) => parseInt(code, 16))) : `:${piece.name}:`));
    case "user": return make("span", { class: "at-name" }, "@" + (people[piece.user_id] || piece.user_id));
    case "channel": return make("span", { class: "at-name" }, "#" + piece.channel_id);
    case "broadcast": return make("span", { class: "at-name" }, "@" + piece.range);
    case "date": return document.createTextNode(slackDate(piece.timestamp, piece.format || "{date} {time}", piece.fallback || ""));
    default: return document.createTextNode(piece.text || "");
  }
}

function richElement(element, people) {
  const pieces = () => (element.elements || []).map((piece) => richPiece(piece, people));
  switch (element.type) {
    case "rich_text_quote": return make("blockquote", {}, ...pieces());
    case "rich_text_preformatted": return make("pre", {}, ...pieces());
    case "rich_text_list":
      return make(element.style === "ordered" ? "ol" : "ul", {}, ...(element.elements || []).map((item) => make("li", {}, ...(item.elements || []).map((piece) => richPiece(piece, people)))));
    default: return make("p", {}, ...pieces());
  }
}

// `act` is told (element, choice) when somebody uses an element; it returns a promise.
function usable(element, people, act) {
  if (element.type === "button") return pressable(element, act);
  if (element.type === "static_select" || element.type === "overflow" || element.type === "radio_buttons") {
    const first = element.type === "overflow" ? "…" : (element.placeholder || {}).text || "Choose";
    const select = make("select", { class: "choose", "data-action": element.action_id, "aria-label": first }, make("option", { value: "" }, first),
      ...(element.options || []).map((option) => make("option", { value: option.value }, emojied(option.text.text))));
    select.addEventListener("change", () => { if (select.value) act(element, select.value).finally(() => { select.value = ""; }); });
    return select;
  }
  if (element.type === "users_select") {
    const select = make("select", { class: "choose", "data-action": element.action_id }, make("option", { value: "" }, (element.placeholder || {}).text || "Choose a person"),
      ...Object.entries(people).map(([id, name]) => make("option", { value: id }, name)));
    select.addEventListener("change", () => { if (select.value) act(element, select.value).finally(() => { select.value = ""; }); });
    return select;
  }
  if (element.type === "image") return make("span", { class: "block image" }, element.alt_text || "image");
  return make("span", { class: "flag" }, element.type);
}

function pressable(element, act) {
  const name = emojied(element.text.text);
  const classes = "press" + (element.style ? " " + (element.style === "danger" ? "danger" : "primary") : "");
  if (element.url && /^https?:/i.test(element.url)) {
    return make("a", { class: classes, href: element.url, target: "_blank", rel: "noopener noreferrer", "data-action": element.action_id, onclick: () => act(element, "") }, name);
  }
  const button = make("button", { type: "button", class: classes, "data-action": element.action_id }, name);
  button.addEventListener("click", () => {
    const asks = element.confirm;
    if (asks && !window.confirm([asks.title && asks.title.text, asks.text && asks.text.text].filter(Boolean).join("\n\n"))) return;
    button.disabled = true;
    act(element, "").finally(() => { button.disabled = false; });
  });
  return button;
}

function drawBlock(block, people, act) {
  switch (block.type) {
    case "header": return make("div", { class: "block header" }, textObject(block.text, people));
    case "divider": return make("hr", { class: "block divider" });
    case "context":
      return make("div", { class: "block context" }, ...block.elements.map((element) => (element.type === "image" ? make("span", { class: "flag" }, element.alt_text) : textObject(element, people))));
    case "section": {
      const text = make("div", { class: "main-text" }, block.text ? textObject(block.text, people) : "");
      if (block.fields) text.append(make("div", { class: "fields" }, ...block.fields.map((field) => textObject(field, people))));
      return make("div", { class: "block section" }, text, block.accessory ? usable(block.accessory, people, act) : null);
    }
    case "actions": return make("div", { class: "block actions" }, ...block.elements.map((element) => usable(element, people, act)));
    case "rich_text": return make("div", { class: "block rich" }, ...block.elements.map((element) => richElement(element, people)));
    case "image": return make("div", { class: "block image" }, block.alt_text || "image");
    case "markdown": return make("div", { class: "block mrk" }, block.text);
    default: return make("div", { class: "block" }, make("span", { class: "flag" }, block.type));
  }
}
