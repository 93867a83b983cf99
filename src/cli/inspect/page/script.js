"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const main = document.getElementById("main");
const search = document.getElementById("search");

/** Items by a key: the name, or the name with what tells items of one name apart. Each item gets its key. */
function keyed(items, detail) {
  const names = new Map();
  for (const { name } of items) names.set(name, (names.get(name) ?? 0) + 1);
  const all = new Map();
  for (const item of items) {
    item.key = names.get(item.name) === 1 ? item.name : `${item.name} (${detail(item)})`;
    while (all.has(item.key)) item.key += "+";
    all.set(item.key, item);
  }
  return all;
}

const objects = keyed(data.objects, (object) => object.namespace);
const types = keyed(data.types, (type) => type.namespace);
const enumerations = keyed(data.enumerations, (enumeration) => enumeration.namespace);
const operations = keyed(data.operations, (operation) => operation.input || operation.rust);

/** Where the pages of types are, by the names of types. */
const places = new Map();
for (const [kind, all] of [["object", objects], ["type", types], ["enumeration", enumerations]]) {
  for (const item of all.values()) {
    places.set(item.name, [...(places.get(item.name) ?? []), { kind, item }]);
  }
}

/** An element with attributes and children. Texts become text, never markup. */
function make(name, attributes, ...children) {
  const svg = ["svg", "rect", "text", "path", "g", "title"].includes(name) || attributes?.svg;
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key !== "svg") node.setAttribute(key, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

const link = (path, text) => make("a", { href: "#" + path.map(encodeURIComponent).join("/") }, text);
const code = (text) => make("code", null, text ?? "");

function table(heads, rows) {
  const head = heads.map(([text, kind]) => make("th", { class: kind ?? "", scope: "col" }, text));
  const body = rows.map((row) =>
    make("tr", null, row.map((cell, at) => make("td", { class: heads[at][1] ?? "" }, cell))));
  return make("div", { class: "scroll" },
    make("table", null, make("thead", null, make("tr", null, head)), make("tbody", null, body)));
}

function section(title, content) {
  return [make("h2", null, title), content];
}

function typeLink(field) {
  const known = places.get(field.type) ?? [];
  // The Rust type tells types of one name apart.
  const place = known.length > 1
    ? known.find(({ item }) => (field.rustType ?? "").includes(item.rust)) ?? known[0]
    : known[0];
  if (place) return link([place.kind, place.item.key], field.type);
  return document.createTextNode(field.kind === "children" ? "child rows" : field.type ?? "");
}

function overview() {
  const facts = [
    ["Product", data.product],
    ["API version", data.apiVersion && `${data.apiVersion}, ${data.apiStatus}`],
    ["Generated", data.generated],
    ...data.packages.map((one) => ["Package", `${one.name} ${one.version} ${one.namespace}`]),
    ...data.services.map((one) => ["Service", one.name + (one.endpoint && ` at ${one.endpoint}`) + (one.soap12 ? ", SOAP 1.2" : "")]),
    ["Would generate", data.output && `${data.output.types.toLocaleString("en")} types, ` +
      `${data.output.files.toLocaleString("en")} files, ${(data.output.bytes / 1e6).toFixed(1)} MB`],
  ].filter(([, value]) => value);
  const count = (object, kind) => object.fields.filter((field) => field.kind === kind).length;
  return [
    make("h1", null, data.source),
    make("dl", null, facts.flatMap(([name, value]) => [make("dt", null, name), make("dd", null, value)])),
    section(`Objects (${data.objects.length.toLocaleString("en")})`, table(
      [["Object"], ["Fields", "number"], ["Parents", "number wide"], ["Children", "number wide"], ["Referred to by", "number"]],
      data.objects.map((object) => [
        link(["object", object.key], object.key), String(object.fields.length),
        String(count(object, "parent")), String(count(object, "children")), String(object.referredToBy.length),
      ]))),
    section(`Operations (${data.operations.length})`, make("p", null,
      data.operations.flatMap((one) => [link(["operation", one.key], one.key), " "]))),
    section(`Other types (${data.types.length})`, make("p", null,
      data.types.flatMap((one) => [link(["type", one.key], one.key), " "]))),
    section(`Enumerations (${data.enumerations.length})`, make("p", null,
      data.enumerations.flatMap((one) => [link(["enumeration", one.key], one.key), " "]))),
  ];
}

/** What the object refers to and what refers to it, as boxes on both sides of it. */
function graph(object) {
  const most = 14;
  const left = new Map();
  for (const path of object.referredToBy) {
    const dot = path.indexOf(".");
    const name = path.slice(0, dot);
    left.set(name, [...(left.get(name) ?? []), path.slice(dot + 1)]);
  }
  const right = new Map();
  for (const field of object.fields.filter((field) => field.kind === "parent")) {
    right.set(field.type, [...(right.get(field.type) ?? []), field.name]);
  }
  if (left.size + right.size === 0) return null;
  const height = 30, gap = 10, width = 215, across = 760;
  const rows = Math.max(Math.min(left.size, most + 1), Math.min(right.size, most + 1), 1);
  const tall = rows * (height + gap) + gap;
  const middle = tall / 2;
  const fit = (text) => (text.length > 26 ? text.slice(0, 25) + "…" : text);
  const box = (name, fields, x, y, target, cls) => {
    const title = fields.length ? `${name}: ${fields.join(", ")}` : name;
    const inside = make("g", { class: cls },
      make("title", null, title),
      make("rect", { x, y: y - height / 2, width, height, rx: 5 }),
      make("text", { x: x + width / 2, y: y + 5, "text-anchor": "middle" }, fit(name)));
    return target ? make("a", { svg: true, href: "#object/" + encodeURIComponent(target) }, inside) : inside;
  };
  const side = (all, x, edge, centre) => {
    const entries = [...all.entries()];
    const shown = entries.slice(0, most);
    if (entries.length > most) shown.push([`and ${entries.length - most} more`, []]);
    const first = middle - ((shown.length - 1) * (height + gap)) / 2;
    return shown.flatMap(([name, fields], at) => {
      const y = first + at * (height + gap);
      const bend = (edge + centre) / 2;
      return [
        make("path", { d: `M ${edge} ${y} C ${bend} ${y} ${bend} ${middle} ${centre} ${middle}` }),
        box(name, fields, x, y, objects.has(name) ? name : null, ""),
      ];
    });
  };
  const x = (across - width) / 2;
  return make("svg", { viewBox: `0 0 ${across} ${tall}`, role: "img", "aria-label": `Relationships of ${object.name}` },
    side(left, 8, 8 + width, x), side(right, across - width - 8, across - width - 8, x + width),
    box(object.name, [], x, middle, null, "self"));
}

function fieldRows(fields) {
  const rows = fields.map((field) => [
    make("span", { id: "field-" + field.name }, field.name),
    typeLink(field),
    code(field.key ? `${field.rust}() -> ${field.rustType}` : field.rust ? `${field.rust}: ${field.rustType ?? ""}` : ""),
    [field.key ? null : ["optional", "nillable", "repeated", "attribute"].filter((word) => field[word]).join(", "),
      field.kind === "id" ? null : field.facets, field.documentation].filter(Boolean).join("; "),
  ]);
  const heads = [["Field"], ["Type"], ["Rust", "wide"], ["Notes", "wide"]];
  const columns = heads.map((_, at) => at).filter((at) => at < 3 || rows.some((row) => row[at]));
  return table(columns.map((at) => heads[at]), rows.map((row) => columns.map((at) => row[at])));
}

function typePage(type, isObject) {
  const own = type.fields.filter((field) => !isObject || !["parent", "children"].includes(field.kind));
  const parents = type.fields.filter((field) => isObject && field.kind === "parent");
  const children = type.fields.filter((field) => isObject && field.kind === "children");
  const referring = (type.referredToBy ?? []).map((path) => path.split("."));
  const picture = isObject ? graph(type) : null;
  return [
    make("h1", null, type.key),
    make("p", { class: "soft" }, code(type.rust)),
    type.documentation ? make("p", null, type.documentation) : null,
    picture ? section("Relationships", make("div", { class: "scroll", tabindex: "0" }, picture)) : null,
    picture ? make("p", { class: "soft" }, "On the left are objects that refer to it, on the right are its parents.") : null,
    section(`Fields (${own.length})`, fieldRows(own)),
    parents.length ? section(`Parents (${parents.length})`, fieldRows(parents)) : null,
    children.length ? section(`Child relationships (${children.length})`, fieldRows(children)) : null,
    referring.length ? section(`Referred to by (${referring.length})`, table([["Object"], ["Field"]],
      referring.map(([object, field]) => [link(["object", object], object), field]))) : null,
  ];
}

function enumerationPage(enumeration) {
  return [
    make("h1", null, enumeration.key),
    make("p", { class: "soft" }, code(enumeration.rust)),
    enumeration.documentation ? make("p", null, enumeration.documentation) : null,
    section(`Values (${enumeration.values.length})`, table([["Value"]], enumeration.values.map((value) => [value]))),
  ];
}

function operationPage(operation) {
  const list = (title, names) => (names.length ? section(title, make("p", null, names.join(", "))) : null);
  return [
    make("h1", null, operation.key),
    make("p", { class: "soft" }, code(`${operation.rust}() -> ${operation.rustResult}`)),
    operation.documentation ? make("p", null, operation.documentation) : null,
    operation.arguments.length ? section("Arguments", fieldRows(operation.arguments)) : null,
    operation.results.length ? section("Results", fieldRows(operation.results)) : null,
    list("Headers", operation.headers), list("Headers of the response", operation.outputHeaders),
    list("Faults", operation.faults),
  ];
}

const most = 200;
function results(text) {
  const wanted = text.toLowerCase();
  const found = [];
  const kinds = [["object", objects], ["operation", operations], ["type", types], ["enumeration", enumerations]];
  for (const [kind, all] of kinds) {
    for (const key of all.keys()) {
      if (key.toLowerCase().includes(wanted)) found.push([link([kind, key], key), kind]);
    }
  }
  for (const object of objects.values()) {
    for (const field of object.fields) {
      if (found.length > most) break;
      if (field.name.toLowerCase().includes(wanted)) {
        found.push([link(["object", object.key, field.name], `${object.key}.${field.name}`), field.type ?? ""]);
      }
    }
  }
  const more = found.length > most;
  return [
    make("h1", null, more ? `More than ${most} results` : `${found.length} results`),
    table([["Name"], ["What"]], found.slice(0, most)),
  ];
}

function show() {
  const [kind, name, field] = location.hash.slice(1).split("/").map(decodeURIComponent);
  const page =
    kind === "search" ? results(name ?? "")
    : kind === "object" && objects.has(name) ? typePage(objects.get(name), true)
    : kind === "type" && types.has(name) ? typePage(types.get(name), false)
    : kind === "enumeration" && enumerations.has(name) ? enumerationPage(enumerations.get(name))
    : kind === "operation" && operations.has(name) ? operationPage(operations.get(name))
    : overview();
  main.replaceChildren(...page.flat().filter(Boolean));
  document.title = kind && name ? `${name} · ${data.source}` : data.source;
  const target = field && document.getElementById("field-" + field);
  if (target) {
    target.closest("tr").style.background = "var(--mark)";
    target.scrollIntoView({ block: "center" });
  } else {
    scrollTo(0, 0);
  }
}

document.getElementById("home").textContent = data.source;
search.addEventListener("input", () => {
  const text = search.value.trim();
  history.replaceState(null, "", text ? "#search/" + encodeURIComponent(text) : "#");
  show();
});
addEventListener("hashchange", () => {
  if (!location.hash.startsWith("#search/")) search.value = "";
  show();
  main.focus({ preventScroll: true });
});
show();
