/* Comfort only: everything here also works, a little slower, without it. */
(function () {
  "use strict";
  var root = document.documentElement;
  function keep(name, value) { try { localStorage.setItem(name, value); } catch (e) { /* not kept */ } }
  function dark() { return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches; }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-act],[data-copy]");
    if (!button) return;
    if (button.dataset.act === "theme") { root.dataset.theme = dark() ? "light" : "dark"; keep("govopen-theme", root.dataset.theme); }
    if (button.dataset.act === "size") { root.dataset.size = root.dataset.size === "large" ? "normal" : "large"; keep("govopen-size", root.dataset.size); }
    if (button.dataset.copy) {
      var source = document.getElementById(button.dataset.copy), text = source.dataset.text || source.textContent.trim();
      var done = function () { var old = button.textContent; button.textContent = button.dataset.done; setTimeout(function () { button.textContent = old; }, 1600); };
      if (navigator.clipboard && window.isSecureContext) { navigator.clipboard.writeText(text).then(done); return; }
      var area = document.createElement("textarea"); area.value = text; document.body.appendChild(area); area.select();
      try { document.execCommand("copy"); done(); } finally { area.remove(); }
    }
  });
  /* A chart as a picture: the SVG itself, with title, source and date printed in it by the server. */
  document.querySelectorAll("[data-save-svg]").forEach(function (link) {
    var svg = document.getElementById(link.dataset.saveSvg);
    if (!svg) return;
    link.hidden = false;
    link.href = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(svg));
  });
  /* In WeChat files cannot be saved: say so before the tap disappoints. */
  if (/MicroMessenger/i.test(navigator.userAgent)) {
    root.classList.add("wechat");
    document.addEventListener("click", function (event) {
      var link = event.target.closest("a[download],a[data-file]");
      if (!link) return;
      var sheet = document.getElementById("wechat-sheet");
      if (!sheet) return;
      event.preventDefault();
      document.getElementById("wechat-link").textContent = link.href;
      sheet.showModal();
    });
  }
  /* A licensee's own key: from this page to the data service and nowhere else. */
  var keyForm = document.getElementById("key-console");
  if (keyForm) keyForm.addEventListener("submit", function (event) {
    event.preventDefault();
    var shown = document.getElementById("key-answer");
    shown.hidden = false;
    shown.textContent = keyForm.dataset.wait;
    fetch(keyForm.dataset.url, { headers: { "X-Key": keyForm.key.value.trim() }, credentials: "omit", referrerPolicy: "no-referrer" })
      .then(function (answer) { return answer.json(); })
      .then(function (body) { shown.textContent = JSON.stringify(body, null, 2); })
      .catch(function () { shown.textContent = keyForm.dataset.lost; });
  });
  /* Filters apply at once; without this the button does it. */
  document.querySelectorAll("select[data-auto]").forEach(function (field) { field.addEventListener("change", function () { field.form.requestSubmit(); }); });
})();
