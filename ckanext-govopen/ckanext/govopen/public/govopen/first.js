/* Runs before the first paint: the reader's own choice of colours and letter size, kept on the device only. */
(function (root) {
  root.classList.add("has-js");
  try {
    var theme = localStorage.getItem("govopen-theme"), size = localStorage.getItem("govopen-size");
    if (theme) root.dataset.theme = theme;
    if (size) root.dataset.size = size;
  } catch (e) { /* Storage may be switched off; the page works without it. */ }
})(document.documentElement);
